using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Api.CustomResources.Columns;

/// <summary>A column of a custom resource's table.</summary>
/// <param name="Name">The heading.</param>
/// <param name="Type">integer, number, string, boolean or date.</param>
/// <param name="Format">The OpenAPI format; may be empty.</param>
/// <param name="Description">What the column shows.</param>
/// <param name="Priority">Zero: always shown; higher: with <c>-o wide</c>.</param>
/// <param name="Path">Where the value stands; null when the path cannot be read, and then the cells are empty.</param>
public sealed record CustomColumn(string Name, string Type, string Format, string Description, int Priority, JsonPath? Path)
{
    private const string CreationTimestamp =
        "CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. "
        + "Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. "
        + "More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata";

    /// <summary>The columns of a resource that names none: the age.</summary>
    public static IReadOnlyList<CustomColumn> Standard { get; } =
        [new("Age", "date", "", CreationTimestamp, 0, JsonPath.Parse(".metadata.creationTimestamp", out _))];

    /// <summary>Reads a column.</summary>
    public static CustomColumn Read(JsonObject source)
    {
        var path = CustomDefinition.Text(source, "jsonPath");
        var description = CustomDefinition.Text(source, "description");
        return new CustomColumn(
            CustomDefinition.Text(source, "name"),
            CustomDefinition.Text(source, "type"),
            CustomDefinition.Text(source, "format"),
            description.Length > 0 ? description : "Custom resource definition column (in JSONPath format): " + path,
            source["priority"] is JsonValue priority && priority.GetValueKind() == JsonValueKind.Number ? priority.GetValue<int>() : 0,
            JsonPath.Parse(path, out _));
    }
}
