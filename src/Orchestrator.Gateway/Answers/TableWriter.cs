using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Tables;
using Orchestrator.Gateway.Reads;
using Orchestrator.Gateway.Requests;

namespace Orchestrator.Gateway.Answers;

/// <summary>Writes objects as the Table that kubectl get prints.</summary>
internal static class TableWriter
{
    /// <summary>What may wait in memory before it is sent on.</summary>
    private const int FlushEvery = 64 * 1024;

    /// <summary>The fault of an includeObject that is no choice of upstream's, or null.</summary>
    public static ApiStatus? Fault(ApiRequest request) => request.Query("includeObject") is "" or "None" or "Metadata" or "Object"
        ? null
        : Statuses.BadRequest($"unrecognized includeObject value: {GoText.Quote(request.Query("includeObject"))}");

    /// <summary>A list, row by row.</summary>
    public static async Task WriteAsync(ApiRequest request, ListPage page, DateTimeOffset now)
    {
        if (Fault(request) is { } fault)
        {
            await AnswerWriter.FailAsync(request.Http, fault);
            return;
        }

        if (request.Form.Yaml || AnswerWriter.WantsPretty(request.Http.Request))
        {
            var table = TablePrinter.Print(
                request.Kind,
                [.. page.Objects.Select(cached => cached.Stored with { Document = VersionView.Of(request.Kind, cached.Stored.Document) })],
                page.Revision.ToString(), page.Next?.Encode(), request.Query("includeObject"), now);
            await AnswerWriter.WriteAsync(request.Http, 200, table, request.Form);
            return;
        }

        request.Http.Response.StatusCode = 200;
        request.Http.Response.ContentType = request.Form.ContentType;
        var output = request.Http.Response.BodyWriter;
        await using var writer = new Utf8JsonWriter(output);
        TablePrinter.WriteStart(writer, request.Kind, page.Revision.ToString(), page.Next?.Encode());
        foreach (var cached in TablePrinter.InOrder(request.Kind, page.Objects, static cached => cached.Stored.Document))
        {
            TablePrinter.WriteRow(writer, request.Kind, VersionView.Of(request.Kind, cached.Stored.Document), request.Query("includeObject"), now);
            if (writer.BytesPending >= FlushEvery)
            {
                await writer.FlushAsync(request.Aborted);
                await output.FlushAsync(request.Aborted);
            }
        }

        TablePrinter.WriteEnd(writer);
        await writer.FlushAsync(request.Aborted);
        await output.FlushAsync(request.Aborted);
    }

    /// <summary>One object.</summary>
    public static Task WriteAsync(ApiRequest request, int code, ReadOnlyMemory<byte> document, DateTimeOffset now) => Fault(request) is { } fault
        ? AnswerWriter.FailAsync(request.Http, fault)
        : AnswerWriter.WriteAsync(request.Http, code, Encode(request, document, now, withColumns: true), request.Form);

    /// <summary>One object as a table; later frames of a watch leave the columns out.</summary>
    public static byte[] Encode(ApiRequest request, ReadOnlyMemory<byte> document, DateTimeOffset now, bool withColumns)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            var version = DocumentSlices.Text(DocumentSlices.Member(document, "metadata"u8), "resourceVersion"u8);
            TablePrinter.WriteStart(writer, request.Kind, version, null, withColumns, request.Target.Subresource);
            TablePrinter.WriteRow(writer, request.Kind, document, request.Query("includeObject"), now, request.Target.Subresource);
            TablePrinter.WriteEnd(writer);
        }

        return buffer.ToArray();
    }

    /// <summary>A table without rows: what a bookmark is to a watcher of tables.</summary>
    public static byte[] EncodeBookmark(ApiRequest request, JsonObject metadata, bool withColumns)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            TablePrinter.WriteStart(writer, request.Kind, metadata["resourceVersion"]!.GetValue<string>(), null, withColumns);
            writer.WriteStartObject();
            writer.WriteNull("cells");
            writer.WritePropertyName("object");
            new JsonObject { ["kind"] = request.Kind.Kind, ["apiVersion"] = request.Kind.ApiVersion, ["metadata"] = metadata }.WriteTo(writer);
            writer.WriteEndObject();
            TablePrinter.WriteEnd(writer);
        }

        return buffer.ToArray();
    }
}
