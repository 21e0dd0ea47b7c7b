using System.Buffers;
using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Gateway.Requests;

/// <summary>Reads request bodies up to their bound.</summary>
internal static class BodyReader
{
    /// <summary>The whole body, or 413 when it is larger than allowed.</summary>
    public static async Task<(byte[]? Body, ApiStatus? Fault)> ReadAsync(HttpRequest request, long limit, CancellationToken cancellationToken)
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
