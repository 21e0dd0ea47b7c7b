using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Hosting;

namespace Orchestrator.Gateway.Requests;

/// <summary>Reads request bodies up to their bounds.</summary>
internal static class BodyReader
{
    /// <summary>The whole body; or 413 when it is larger than allowed, 504 when it takes too long to come, 400 when it does not come as HTTP wants it.</summary>
    public static async Task<(byte[]? Body, ApiStatus? Fault)> ReadAsync(HttpRequest request, GatewayOptions options, CancellationToken cancellationToken)
    {
        if (request.ContentLength > options.MaxRequestBodyBytes)
        {
            return (null, Statuses.RequestEntityTooLarge(options.MaxRequestBodyBytes));
        }

        // Who sends a byte a minute must not hold one of the user's requests for ever. The read is ended, not abandoned: the server still has to drain the rest.
        using var patience = new CancellationTokenSource(options.BodyTimeout);
        await using var alarm = patience.Token.Register(static reader => ((PipeReader)reader!).CancelPendingRead(), request.BodyReader);
        try
        {
            return await ReadAsync(request, options.MaxRequestBodyBytes, cancellationToken);
        }
        catch (Exception malformed) when (malformed is BadHttpRequestException or IOException)
        {
            return (null, Statuses.BadRequest("the request body could not be read: " + malformed.Message));
        }
    }

    private static async Task<(byte[]? Body, ApiStatus? Fault)> ReadAsync(HttpRequest request, long limit, CancellationToken cancellationToken)
    {
        var reader = request.BodyReader;
        using var body = new MemoryStream(request.ContentLength is { } length ? (int)length : 4096);
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            if (result.IsCanceled)
            {
                return (null, Statuses.Timeout("request did not complete within the allotted timeout"));
            }

            foreach (var segment in result.Buffer)
            {
                body.Write(segment.Span);
            }

            reader.AdvanceTo(result.Buffer.End);
            if (body.Length > limit)
            {
                return (null, Statuses.RequestEntityTooLarge(limit));
            }

            if (result.IsCompleted)
            {
                return (body.ToArray(), null);
            }
        }
    }
}
