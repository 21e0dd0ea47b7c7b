using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources.Schemas;

namespace Orchestrator.Api.Kinds.CustomResourceDefinitions;

/// <summary>The parts of a version, or of all versions that share them, with the places by which upstream names them.</summary>
/// <param name="Schema">The schema to be checked; null: it is checked elsewhere or missing.</param>
/// <param name="SchemaPath">Its place.</param>
/// <param name="HasStatus">True: status is a subresource, which limits the schema's root.</param>
/// <param name="Subresources">The subresources to be checked.</param>
/// <param name="Columns">The columns to be checked.</param>
/// <param name="SelectableFields">The selectable fields to be checked.</param>
/// <param name="FieldSchema">The schema that selectable fields point into.</param>
/// <param name="Path">The place of everything else.</param>
internal sealed record VersionParts(
    JsonObject? Schema, string SchemaPath, bool HasStatus, JsonObject? Subresources, IReadOnlyList<JsonObject> Columns, IReadOnlyList<JsonObject> SelectableFields,
    JsonObject? FieldSchema, string Path)
{
    private static readonly string[] ColumnTypes = ["boolean", "date", "integer", "number", "string"];
    private static readonly string[] ColumnFormats = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];

    /// <summary>True when all versions say the same.</summary>
    public static bool IsShared(List<JsonObject> versions, string field) =>
        versions.TrueForAll(version => JsonNode.DeepEquals(version[field], versions[0][field]));

    /// <summary>What a version has for itself.</summary>
    public static VersionParts Own(List<JsonObject> versions, JsonObject version, string path) => new(
        IsShared(versions, "schema") ? null : SchemaOf(version),
        path + ".schema",
        HasStatusOf(version),
        IsShared(versions, "subresources") ? null : version.Object("subresources"),
        IsShared(versions, "additionalPrinterColumns") ? [] : [.. version.Items("additionalPrinterColumns")],
        IsShared(versions, "selectableFields") ? [] : [.. version.Items("selectableFields")],
        SchemaOf(version),
        path);

    /// <summary>What all versions share.</summary>
    public static VersionParts Shared(List<JsonObject> versions) => versions.Count == 0
        ? new VersionParts(null, "", false, null, [], [], null, "spec")
        : new VersionParts(
            IsShared(versions, "schema") ? SchemaOf(versions[0]) : null,
            "spec.validation",
            versions.Exists(HasStatusOf),
            IsShared(versions, "subresources") ? versions[0].Object("subresources") : null,
            IsShared(versions, "additionalPrinterColumns") ? [.. versions[0].Items("additionalPrinterColumns")] : [],
            IsShared(versions, "selectableFields") ? [.. versions[0].Items("selectableFields")] : [],
            SchemaOf(versions[0]),
            "spec");

    /// <summary>Validates the parts.</summary>
    /// <param name="parts">The parts.</param>
    /// <param name="old">The definition's spec before; null of a new one.</param>
    /// <param name="faults">Where faults go.</param>
    public static void Validate(VersionParts parts, JsonObject? old, Faults faults)
    {
        if (parts.Schema is { } schema)
        {
            SchemaRules.Validate(StructuralSchema.Read(schema), parts.SchemaPath, parts.HasStatus, Tolerance.Of(old), faults);
        }

        ValidateScale(parts.Subresources.Object("scale"), parts.Path + ".subresources.scale", faults);
        for (var i = 0; i < parts.Columns.Count; i++)
        {
            ValidateColumn(parts.Columns[i], $"{parts.Path}.additionalPrinterColumns[{i}]", faults);
        }

        if (parts.SelectableFields.Count > 0)
        {
            SelectableFieldRules.Validate(parts.SelectableFields, parts.FieldSchema, parts.Path + ".selectableFields", faults);
        }
    }

    private static JsonObject? SchemaOf(JsonObject version) => version.Object("schema").Object("openAPIV3Schema");

    private static bool HasStatusOf(JsonObject version) => version.Object("subresources").Has("status");

    private static void ValidateScale(JsonObject? scale, string path, Faults faults)
    {
        if (scale is null)
        {
            return;
        }

        ValidatePath(scale.Text("specReplicasPath"), ["spec"], path + ".specReplicasPath", "should be a json path under .spec", isRequired: true, faults);
        ValidatePath(scale.Text("statusReplicasPath"), ["status"], path + ".statusReplicasPath", "should be a json path under .status", isRequired: true, faults);
        ValidatePath(
            scale.Text("labelSelectorPath"), ["spec", "status"], path + ".labelSelectorPath", "should be a json path under either .spec or .status", isRequired: false, faults);
    }

    private static void ValidatePath(string given, string[] roots, string path, string complaint, bool isRequired, Faults faults)
    {
        if (given.Length == 0)
        {
            if (isRequired)
            {
                faults.Required(path);
            }
        }
        else if (given[0] != '.')
        {
            faults.Invalid(path, given, "must be a simple json path starting with .");
        }
        else if (!System.Array.Exists(roots, root => given.StartsWith($".{root}.", StringComparison.Ordinal)))
        {
            faults.Invalid(path, given, complaint);
        }
    }

    private static void ValidateColumn(JsonObject column, string path, Faults faults)
    {
        if (column.Text("name").Length == 0)
        {
            faults.Required(path + ".name");
        }

        var types = "must be one of " + string.Join(',', ColumnTypes);
        if (column.Text("type").Length == 0)
        {
            faults.Required(path + ".type", types);
        }
        else if (!ColumnTypes.Contains(column.Text("type")))
        {
            faults.Invalid(path + ".type", column.Text("type"), types);
        }

        if (column.Text("format") is { Length: > 0 } format && !ColumnFormats.Contains(format))
        {
            faults.Invalid(path + ".format", format, "must be one of " + string.Join(',', ColumnFormats));
        }

        if (column.Text("jsonPath").Length == 0)
        {
            faults.Required(path + ".JSONPath");
        }
        else if (column.Text("jsonPath")[0] != '.')
        {
            faults.Invalid(path + ".JSONPath", column.Text("jsonPath"), "must be a simple json path starting with .");
        }
    }
}
