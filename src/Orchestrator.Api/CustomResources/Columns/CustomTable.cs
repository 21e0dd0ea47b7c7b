using System.Globalization;
using System.Text.Json;
using Orchestrator.Api.Tables;

namespace Orchestrator.Api.CustomResources.Columns;

/// <summary>The table of a custom resource: its name, and the columns that its definition names.</summary>
/// <remarks>Upstream: apiextensions-apiserver/pkg/registry/customresource/tableconvertor.</remarks>
internal static class CustomTable
{
    private const string Invalid = "<invalid>";

    /// <summary>The table of a version.</summary>
    public static KindTable Of(CustomVersion version) => new(
        [KindTable.Default.Columns[0], .. version.Columns.Select(column => new TableColumn(column.Name, column.Type, column.Format, column.Priority, column.Description))],
        printed => [printed.Name, .. version.Columns.Select(column => Cell(column, printed))]);

    private static object? Cell(CustomColumn column, PrintedObject printed)
    {
        var found = column.Path?.Find(printed.Element).ToList();
        if (found is not { Count: > 0 })
        {
            return null;
        }

        var value = found[0];
        return column.Type switch
        {
            "integer" => value.ValueKind == JsonValueKind.Number ? value.TryGetInt64(out var whole) ? whole : (long)value.GetDouble() : null,
            "number" => value.ValueKind == JsonValueKind.Number ? value.TryGetInt64(out var whole) ? whole : value.GetDouble() : null,
            "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null,
            "date" => Age(value, printed),
            _ => Text(value),
        };
    }

    private static string? Age(JsonElement value, PrintedObject printed)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        return DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? printed.Since(time) : Invalid;
    }

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        _ => value.GetRawText(),
    };
}
