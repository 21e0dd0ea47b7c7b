using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds.DaemonSets;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Registry;

namespace Orchestrator.Api.Tables;

/// <summary>Prints objects as a meta.k8s.io/v1 Table: what kubectl get shows.</summary>
/// <remarks>Upstream: apiserver/pkg/endpoints/handlers/response.go and pkg/printers. Pieces can be written one by one, so that a long list is streamed.</remarks>
public static class TablePrinter
{
    private static readonly JsonReaderOptions Reading = new() { MaxDepth = 128 };

    /// <summary>The columns of a kind.</summary>
    /// <param name="kind">The kind of the objects.</param>
    /// <param name="subresource">The subresource that is printed, where it prints as something else; empty: the object itself.</param>
    public static IReadOnlyList<TableColumn> ColumnDefinitions(ResourceKind kind, string subresource = "") => TableOf(kind, subresource).Columns;

    /// <summary>The objects of a list, or of a page of one, in the order of their rows.</summary>
    /// <param name="kind">The kind of the objects.</param>
    /// <param name="objects">The objects, in the order of the list.</param>
    /// <param name="document">The document of one.</param>
    /// <remarks>Upstream: printFlowSchemaList alone changes the order, to that in which the schemas are asked.</remarks>
    public static IEnumerable<T> InOrder<T>(ResourceKind kind, IEnumerable<T> objects, Func<T, ReadOnlyMemory<byte>> document) =>
        TableOf(kind, "").Rank is { } rank ? objects.OrderBy(one => Rank(document(one), rank)) : objects;

    /// <summary>The whole table.</summary>
    /// <param name="kind">The kind of the objects.</param>
    /// <param name="objects">The objects, in the order of the list.</param>
    /// <param name="resourceVersion">The revision of the list, or of the one object.</param>
    /// <param name="continueToken">Where the next page begins; null on the last.</param>
    /// <param name="includeObject">None, Metadata (also when empty) or Object: what each row carries of its object.</param>
    /// <param name="now">The time that ages are counted from.</param>
    public static JsonObject Print(
        ResourceKind kind, IReadOnlyList<StoredObject> objects, string resourceVersion, string? continueToken, string includeObject, DateTimeOffset now)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            WriteStart(writer, kind, resourceVersion, continueToken);
            foreach (var stored in InOrder(kind, objects, static stored => stored.Document))
            {
                WriteRow(writer, kind, stored.Document, includeObject, now);
            }

            WriteEnd(writer);
        }

        return JsonNode.Parse(buffer.WrittenSpan, documentOptions: new JsonDocumentOptions { MaxDepth = 130 })!.AsObject();
    }

    /// <summary>One row of the table.</summary>
    public static JsonObject Row(ResourceKind kind, StoredObject stored, string includeObject, DateTimeOffset now)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            WriteRow(writer, kind, stored.Document, includeObject, now);
        }

        return JsonNode.Parse(buffer.WrittenSpan, documentOptions: new JsonDocumentOptions { MaxDepth = 130 })!.AsObject();
    }

    /// <summary>Writes the table up to its first row.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="kind">The kind of the rows.</param>
    /// <param name="resourceVersion">The revision of the list.</param>
    /// <param name="continueToken">Where the next page begins; null on the last.</param>
    /// <param name="withColumns">False: a later frame of a watch, whose columns the client knows already.</param>
    /// <param name="subresource">The subresource that is printed; empty: the object itself.</param>
    public static void WriteStart(
        Utf8JsonWriter writer, ResourceKind kind, string resourceVersion, string? continueToken, bool withColumns = true, string subresource = "")
    {
        writer.WriteStartObject();
        writer.WriteString("kind", "Table");
        writer.WriteString("apiVersion", "meta.k8s.io/v1");
        writer.WriteStartObject("metadata");
        writer.WriteString("resourceVersion", resourceVersion);
        if (!string.IsNullOrEmpty(continueToken))
        {
            writer.WriteString("continue", continueToken);
        }

        writer.WriteEndObject();
        if (withColumns)
        {
            writer.WriteStartArray("columnDefinitions");
            foreach (var column in ColumnDefinitions(kind, subresource))
            {
                column.WriteTo(writer);
            }

            writer.WriteEndArray();
        }
        else
        {
            writer.WriteNull("columnDefinitions");
        }

        writer.WriteStartArray("rows");
    }

    /// <summary>Writes one row.</summary>
    public static void WriteRow(
        Utf8JsonWriter writer, ResourceKind kind, ReadOnlyMemory<byte> document, string includeObject, DateTimeOffset now, string subresource = "")
    {
        var table = TableOf(kind, subresource);
        using var json = JsonDocument.Parse(document, new JsonDocumentOptions { MaxDepth = Reading.MaxDepth });
        var printed = new PrintedObject(json.RootElement, now);
        writer.WriteStartObject();
        writer.WriteStartArray("cells");
        foreach (var cell in table.Cells(printed))
        {
            WriteCell(writer, cell);
        }

        writer.WriteEndArray();
        if (table.Condition?.Invoke(printed) is { } condition)
        {
            WriteCondition(writer, condition);
        }

        writer.WritePropertyName("object");
        WriteObject(writer, json.RootElement, document, includeObject);
        writer.WriteEndObject();
    }

    /// <summary>Closes what <see cref="WriteStart"/> opened.</summary>
    public static void WriteEnd(Utf8JsonWriter writer)
    {
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static long Rank(ReadOnlyMemory<byte> document, Func<PrintedObject, long> rank)
    {
        using var json = JsonDocument.Parse(document, new JsonDocumentOptions { MaxDepth = Reading.MaxDepth });
        return rank(new PrintedObject(json.RootElement, default));
    }

    private static KindTable TableOf(ResourceKind kind, string subresource) =>
        subresource == "scale" ? KindTables.Scale : kind.Custom?.Table ?? KindTables.For(kind.GroupResource);

    private static void WriteCell(Utf8JsonWriter writer, object? cell)
    {
        switch (cell)
        {
            case string text:
                writer.WriteStringValue(text);
                break;
            case long number:
                writer.WriteNumberValue(number);
                break;
            case double number:
                writer.WriteNumberValue(number);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    private static void WriteCondition(Utf8JsonWriter writer, RowCondition condition)
    {
        writer.WriteStartArray("conditions");
        writer.WriteStartObject();
        writer.WriteString("type", "Completed");
        writer.WriteString("status", "True");
        writer.WriteString("reason", condition.Reason);
        writer.WriteString("message", condition.Message);
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private static void WriteObject(Utf8JsonWriter writer, JsonElement root, ReadOnlyMemory<byte> document, string includeObject)
    {
        switch (includeObject)
        {
            case "None":
                writer.WriteNullValue();
                break;
            case "Object":
                writer.WriteRawValue(document.Span, skipInputValidation: true);
                break;
            default:
                writer.WriteStartObject();
                writer.WriteString("kind", "PartialObjectMetadata");
                writer.WriteString("apiVersion", "meta.k8s.io/v1");
                writer.WritePropertyName("metadata");
                if (PartialDaemonSets.Is(document.Span))
                {
                    writer.WriteRawValue(PartialDaemonSets.Metadata(JsonMarshal.GetRawUtf8Value(root.GetProperty("metadata"))), skipInputValidation: true);
                }
                else
                {
                    root.GetProperty("metadata").WriteTo(writer);
                }

                writer.WriteEndObject();
                break;
        }
    }
}
