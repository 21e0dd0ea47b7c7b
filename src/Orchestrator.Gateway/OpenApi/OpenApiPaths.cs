using System.IO.Compression;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Orchestrator.Gateway.Answers;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Gateway.Requests;

namespace Orchestrator.Gateway.OpenApi;

/// <summary>Answers <c>/openapi/v2</c> and <c>/openapi/v3</c>, with validators, so that clients fetch a document once.</summary>
/// <remarks>Upstream: kube-openapi's handler and handler3.</remarks>
internal static class OpenApiPaths
{
    private const string Root = "/openapi/v3";
    private const string Json = "application/json";
    private const string Protobuf = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
    private const string OldProtobuf = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

    /// <summary>Answers the path; false when it is not OpenAPI's.</summary>
    public static async Task<bool> TryAnswerAsync(GatewayServices gateway, HttpContext http, string path)
    {
        var trimmed = path.TrimEnd('/');
        switch (trimmed)
        {
            case "/openapi/v2":
                await AnswerVersion2Async(gateway, http);
                return true;
            case Root:
                await AnswerIndexAsync(gateway, http);
                return true;
            default:
                return trimmed.StartsWith(Root + "/", StringComparison.Ordinal) && await TryAnswerVersion3Async(gateway, http, trimmed[(Root.Length + 1)..]);
        }
    }

    private static Task AnswerVersion2Async(GatewayServices gateway, HttpContext http)
    {
        foreach (var clause in AcceptClause.ParseAll(http.Request.Headers.Accept.ToString()))
        {
            if (clause.MediaType is Json or "application/*" or "*/*")
            {
                return WriteAsync(http, gateway.OpenApi.Version2, Json);
            }

            if (clause.MediaType is Protobuf or OldProtobuf)
            {
                return WriteAsync(http, gateway.OpenApi.Version2Protobuf, Protobuf);
            }
        }

        return http.Request.Headers.Accept.Count == 0 ? WriteAsync(http, gateway.OpenApi.Version2, Json) : NotAcceptableAsync(http);
    }

    private static Task AnswerIndexAsync(GatewayServices gateway, HttpContext http)
    {
        var paths = gateway.OpenApi.Version3.Select(document => KeyValuePair.Create<string, JsonNode?>(
            document.Key, new JsonObject { ["serverRelativeURL"] = Address(document.Key, document.Value) }));
        var body = AnswerWriter.Encode(new JsonObject { ["paths"] = new JsonObject(paths) });

        // Upstream does not name the type of this one answer, and Go's server takes it for text.
        http.Response.ContentType = "text/plain; charset=utf-8";
        http.Response.ContentLength = body.Length;
        return http.Response.Body.WriteAsync(body, http.RequestAborted).AsTask();
    }

    private static async Task<bool> TryAnswerVersion3Async(GatewayServices gateway, HttpContext http, string name)
    {
        if (!gateway.OpenApi.Version3.TryGetValue(name, out var document))
        {
            return false;
        }

        var accept = AcceptClause.ParseAll(http.Request.Headers.Accept.ToString());
        if (http.Request.Headers.Accept.Count > 0 && !accept.Any(clause => clause.MediaType is Json or "application/*" or "*/*"))
        {
            await NotAcceptableAsync(http);
            return true;
        }

        var hash = http.Request.Query.First("hash");
        if (hash.Length > 0 && hash != document.Hash)
        {
            http.Response.StatusCode = StatusCodes.Status301MovedPermanently;
            http.Response.Headers.Location = Address(name, document);
            return true;
        }

        if (hash.Length > 0)
        {
            // The address changes with the content.
            http.Response.Headers.CacheControl = "public, immutable";
            http.Response.Headers.Expires = gateway.Clock.GetUtcNow().AddYears(1).ToString("R", System.Globalization.CultureInfo.InvariantCulture);
        }

        await WriteAsync(http, document, Json);
        return true;
    }

    private static string Address(string name, EncodedDocument document) => $"{Root}/{name}?hash={document.Hash}";

    private static async Task WriteAsync(HttpContext http, EncodedDocument document, string contentType)
    {
        var tag = $"\"{document.Hash}\"";
        http.Response.Headers.ETag = tag;
        http.Response.Headers.Vary = "Accept";
        if (http.Request.Headers.IfNoneMatch.ToString().Split(',', StringSplitOptions.TrimEntries).Any(known => known == tag || known == "*"))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        http.Response.ContentType = contentType;
        if (http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase))
        {
            http.Response.Headers.ContentEncoding = "gzip";
            http.Response.ContentLength = document.Compressed.Length;
            await http.Response.Body.WriteAsync(document.Compressed, http.RequestAborted);
            return;
        }

        await using var content = new GZipStream(new MemoryStream(document.Compressed, writable: false), CompressionMode.Decompress);
        await content.CopyToAsync(http.Response.Body, http.RequestAborted);
    }

    private static Task NotAcceptableAsync(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status406NotAcceptable;
        return Task.CompletedTask;
    }
}
