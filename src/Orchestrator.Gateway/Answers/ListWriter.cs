using System.IO.Compression;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Orchestrator.Gateway.Reads;
using Orchestrator.Gateway.Requests;

namespace Orchestrator.Gateway.Answers;

/// <summary>Streams lists: header, then each document as it lies in the cache. The list is never one string or one buffer.</summary>
internal static class ListWriter
{
    /// <summary>Larger lists are compressed when the client can read it. Upstream: APIResponseCompression, 128 KiB.</summary>
    private const long CompressFrom = 128 * 1024;

    /// <summary>What waits in memory before it is sent on.</summary>
    private const int BlockBytes = 64 * 1024;

    private static readonly byte[] Open = [(byte)'{'];
    private static readonly byte[] Comma = [(byte)','];
    private static readonly byte[] CommaOpen = [(byte)',', (byte)'{'];
    private static readonly byte[] End = [(byte)']', (byte)'}', (byte)'\n'];

    /// <summary>Writes a page as whole objects or as PartialObjectMetadata.</summary>
    public static async Task WriteAsync(ApiRequest request, ListPage page)
    {
        var partial = request.Form.Shape == MediaShape.Partial;
        var isCustom = request.Kind.Custom is not null && !partial;
        var header = Header(partial ? "PartialObjectMetadataList" : request.Kind.ListKind, partial ? "meta.k8s.io/v1" : request.Kind.ApiVersion, page, isCustom);
        if (request.Form.Yaml || AnswerWriter.WantsPretty(request.Http.Request))
        {
            // For people's eyes: here the list does become one buffer.
            using var whole = new MemoryStream();
            await WriteAsync(PipeWriter.Create(whole, new StreamPipeWriterOptions(leaveOpen: true)), request, page, header);
            await AnswerWriter.WriteAsync(request.Http, 200, whole.ToArray(), request.Form);
            return;
        }

        request.Http.Response.StatusCode = 200;
        request.Http.Response.ContentType = request.Form.ContentType;
        await using var compressed = Compressed(request.Http, page);
        await WriteAsync(compressed is null ? request.Http.Response.BodyWriter : PipeWriter.Create(compressed, new StreamPipeWriterOptions(leaveOpen: true)), request, page, header);
    }

    private static async Task WriteAsync(PipeWriter writer, ApiRequest request, ListPage page, byte[] header)
    {
        var partial = request.Form.Shape == MediaShape.Partial;
        var block = new Block(writer);
        await block.WriteAsync(header, request.Aborted);
        for (var index = 0; index < page.Objects.Count; index++)
        {
            var document = VersionView.Of(request.Kind, page.Objects[index].Stored.Document);
            await block.WriteAsync(index == 0 ? (partial ? default : Open) : partial ? Comma : CommaOpen, request.Aborted);
            await block.WriteAsync(
                partial ? DocumentSlices.Partial(document) : request.Kind.Custom is null ? DocumentSlices.WithoutTypeMeta(document) : document[1..], request.Aborted);
        }

        await block.WriteAsync(End, request.Aborted);
        await block.FlushAsync(request.Aborted);
        await writer.CompleteAsync();
    }

    private static GZipStream? Compressed(HttpContext http, ListPage page)
    {
        if (!http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase)
            || page.Objects.Sum(cached => (long)cached.Stored.Document.Length) < CompressFrom)
        {
            return null;
        }

        http.Response.Headers.ContentEncoding = "gzip";
        http.Response.Headers.Vary = "Accept-Encoding";
        return new GZipStream(http.Response.Body, CompressionLevel.Fastest, leaveOpen: true);
    }

    private static byte[] Header(string kind, string apiVersion, ListPage page, bool isCustom)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("kind", kind);
            json.WriteString("apiVersion", apiVersion);
            json.WriteStartObject("metadata");
            json.WriteString("resourceVersion", page.Revision.ToString());
            if (page.Next is not null || isCustom)
            {
                // Upstream's lists of custom resources always have the field.
                json.WriteString("continue", page.Next?.Encode() ?? "");
            }

            if (page.Remaining > 0)
            {
                json.WriteNumber("remainingItemCount", page.Remaining);
            }

            json.WriteEndObject();
            json.WriteStartArray("items");
            json.Flush();
        }

        // The writer is left open on purpose: the items and both closing brackets follow.
        return buffer.ToArray();
    }

    /// <summary>
    /// What is sent at once. A writer's own blocks are of 4 KB, and each that is filled or passed over becomes a TLS record and passes through the
    /// transport by itself; a list of 10,000 pods is three times as fast in blocks of this size.
    /// </summary>
    private sealed class Block(PipeWriter writer)
    {
        private Memory<byte> memory;
        private int used;

        public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            while (!bytes.IsEmpty)
            {
                if (used == memory.Length)
                {
                    await FlushAsync(cancellationToken);
                    memory = writer.GetMemory(BlockBytes);
                }

                var part = Math.Min(bytes.Length, memory.Length - used);
                bytes[..part].CopyTo(memory[used..]);
                used += part;
                bytes = bytes[part..];
            }
        }

        public async ValueTask FlushAsync(CancellationToken cancellationToken)
        {
            if (used == 0)
            {
                return;
            }

            writer.Advance(used);
            (memory, used) = (default, 0);
            await writer.FlushAsync(cancellationToken);
        }
    }
}
