using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Requests;

namespace Orchestrator.Gateway.Answers;

/// <summary>Writes answers: headers, status code, and the body in the form that the client asked for.</summary>
internal static class AnswerWriter
{
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions Indented = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = true };

    /// <summary>Headers of every API answer.</summary>
    public static void SetHeaders(HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-cache, private";
        http.Response.Headers["Audit-Id"] = http.TraceIdentifier;
    }

    /// <summary>A failure as a Status.</summary>
    public static Task FailAsync(HttpContext http, ApiStatus status)
    {
        if (status.RetryAfterSeconds > 0)
        {
            http.Response.Headers.RetryAfter = status.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        }

        // A client that cannot read our forms still gets the Status, as JSON.
        var form = MediaForm.Negotiate(http.Request.Headers.Accept.ToString()) ?? MediaForm.Json;
        return WriteAsync(http, status.Code, status.ToJson(), form);
    }

    /// <summary>A node that was made for this answer.</summary>
    public static Task WriteAsync(HttpContext http, int code, JsonNode node, MediaForm form) =>
        WriteAsync(http, code, JsonSerializer.SerializeToUtf8Bytes(node, Compact), form);

    /// <summary>A document of UTF-8 JSON.</summary>
    public static async Task WriteAsync(HttpContext http, int code, ReadOnlyMemory<byte> document, MediaForm form)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = form.ContentType;
        if (form.Yaml)
        {
            await http.Response.WriteAsync(YamlText.FromJson(document), http.RequestAborted);
            return;
        }

        var body = WantsPretty(http.Request) ? Prettify(document) : document;
        http.Response.ContentLength = body.Length + 1;

        // Sent as one piece: the body's stream would send each part by itself, in a TLS record and a system call of its own.
        var writer = http.Response.BodyWriter;
        writer.Write(body.Span);
        writer.Write("\n"u8);
        await writer.FlushAsync(http.RequestAborted);
    }

    /// <summary>Plain text, as health checks answer.</summary>
    public static Task WriteTextAsync(HttpContext http, int code, string text)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = "text/plain; charset=utf-8";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return http.Response.WriteAsync(text, http.RequestAborted);
    }

    /// <summary>Warnings for the user: kubectl prints them.</summary>
    public static void Warn(HttpContext http, IEnumerable<string> warnings)
    {
        foreach (var warning in warnings)
        {
            var text = warning.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).ReplaceLineEndings(" ");
            http.Response.Headers.Append("Warning", $"299 - \"{text}\"");
        }
    }

    /// <summary>Indented when asked for, and for people: curl, wget and browsers.</summary>
    public static bool WantsPretty(HttpRequest request)
    {
        if (request.Query.ContainsKey("pretty"))
        {
            return QueryValues.IsTrue(request.Query.First("pretty"));
        }

        var agent = request.Headers.UserAgent.ToString();
        return agent.StartsWith("curl", StringComparison.Ordinal) || agent.StartsWith("Wget", StringComparison.Ordinal)
            || agent.StartsWith("Mozilla/5.0", StringComparison.Ordinal);
    }

    /// <summary>Compact UTF-8 JSON of a node.</summary>
    public static byte[] Encode(JsonNode node) => JsonSerializer.SerializeToUtf8Bytes(node, Compact);

    private static byte[] Prettify(ReadOnlyMemory<byte> document)
    {
        using var parsed = JsonDocument.Parse(document);
        return JsonSerializer.SerializeToUtf8Bytes(parsed.RootElement, Indented);
    }
}
