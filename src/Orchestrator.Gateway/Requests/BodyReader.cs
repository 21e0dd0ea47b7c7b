using System.Buffers;
using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Hosting;

namespace Orchestrator.Gateway.Requests;

/// <summary>Reads request bodies up to their bound.</summary>
internal static class BodyReader
{
    /// <summary>The whole body; or 413 when it is larger than allowed, 504 when it takes too long to come, 400 when it does not come as HTTP wants it.</summary>
    public static async Task<(byte[]? Body, ApiStatus? Fault)> ReadAsync(HttpRequest request, GatewayOptions options, CancellationToken cancellationToken)
    {
        // Who sends a byte a minute must not hold one of the user's requests for ever.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(options.BodyTimeout);
        try
        {
            return await ReadAsync(request, options.MaxRequestBodyBytes, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, Statuses.Timeout("request did not complete within the allotted timeout", 0));
        }
        catch (BadHttpRequestException malformed)
        {
            return (null, Statuses.BadRequest("the request body could not be read: " + malformed.Message));
        }
    }

    private static async Task<(byte[]? Body, ApiStatus? Fault)> ReadAsync(HttpRequest request, long limit, CancellationToken cancellationToken)
    {
        if (request.ContentLength > limit)
        {
            return (null, Statuses.RequestEntityTooLarge(limit));
        }

        using var body = new MemoryStream(request.ContentLength is { } length ? (int)length : 4096);
        var chunk = ArrayPool<byte>.Shared.Rent(32 * 1024);
        try
        {
            int read;
            while ((read = await request.Body.ReadAsync(chunk, cancellationToken)) > 0)
            {
                body.Write(chunk, 0, read);
                if (body.Length > limit)
                {
                    return (null, Statuses.RequestEntityTooLarge(limit));
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }

        return (body.ToArray(), null);
    }
}
