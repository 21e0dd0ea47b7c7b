using System.Text.Json;

namespace Orchestrator.Api.Tables;

/// <summary>One column of a printed table.</summary>
/// <param name="Name">The heading; kubectl shows it in capitals.</param>
/// <param name="Type">The OpenAPI type of the cells.</param>
/// <param name="Format">The OpenAPI format; <c>name</c> marks the column that identifies the row.</param>
/// <param name="Priority">Zero: always shown; higher: with <c>-o wide</c>.</param>
/// <param name="Description">What the column shows.</param>
public sealed record TableColumn(string Name, string Type, string Format, int Priority, string Description)
{
    internal void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("name", Name);
        writer.WriteString("type", Type);
        writer.WriteString("format", Format);
        writer.WriteString("description", Description);
        writer.WriteNumber("priority", Priority);
        writer.WriteEndObject();
    }
}
