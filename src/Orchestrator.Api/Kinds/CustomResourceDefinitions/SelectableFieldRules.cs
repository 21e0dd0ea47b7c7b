using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources.Schemas;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.CustomResourceDefinitions;

/// <summary>The fields that objects can be selected by: scalars of the schema, each once, eight at most.</summary>
internal static class SelectableFieldRules
{
    private const int MaxFields = 8;

    /// <summary>Validates the fields of a version.</summary>
    public static void Validate(IReadOnlyList<JsonObject> fields, JsonObject? schema, string path, Faults faults)
    {
        if (schema is null)
        {
            faults.Invalid(path, "", "selectableFields may only be set when version.schema.openAPIV3Schema is not included");
            return;
        }

        var root = StructuralSchema.Read(schema);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < fields.Count; i++)
        {
            var at = $"{path}[{i}].jsonPath";
            var given = fields[i].Text("jsonPath");
            if (given.Length == 0)
            {
                faults.Required(at);
                continue;
            }

            var found = FieldPaths.Find(given, root, allowsKeys: false, out var fault);
            if (fault is not null)
            {
                faults.Invalid(at, given, "is an invalid path: " + fault);
                continue;
            }

            if (given.StartsWith(".metadata", StringComparison.Ordinal))
            {
                faults.Invalid(at, given, "must not point to fields in metadata");
            }

            if (found?.Type is not ("string" or "boolean" or "integer"))
            {
                faults.Invalid(at, given, "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.");
            }

            if (!seen.Add(given.TrimStart('.')))
            {
                faults.Duplicate(at, given);
            }
        }

        if (seen.Count > MaxFields)
        {
            faults.Add(FieldError.TooMany(path, seen.Count, MaxFields));
        }
    }
}
