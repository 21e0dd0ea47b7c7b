using System.Text.Json.Nodes;

namespace Orchestrator.Api.Kinds.CustomResourceDefinitions;

/// <summary>The versions of a custom resource.</summary>
/// <remarks>Upstream reads a definition into an internal type, in which what all versions share stands once, above them. Its faults are named by the place there:
/// <c>spec.validation</c> instead of <c>spec.versions[0].schema</c>.</remarks>
internal static class DefinitionVersions
{
    private const int LongestWarning = 256;

    /// <summary>Validates the versions, each on its own as far as it is not shared, and all together.</summary>
    public static void Validate(JsonObject spec, JsonObject? old, Faults faults)
    {
        var versions = spec.Items("versions").ToList();
        RequireSchemas(versions, old, faults);
        for (var i = 0; i < versions.Count; i++)
        {
            var path = $"spec.versions[{i}]";
            var complaints = ObjectNames.Dns1035LabelErrors(versions[i].Text("name")).ToList();
            if (complaints.Count > 0)
            {
                faults.Invalid(path + ".name", versions[i].Text("name"), string.Join(',', complaints));
            }

            ValidateWarning(versions[i], path, faults);
            var own = VersionParts.Own(versions, versions[i], path);
            VersionParts.Validate(own, old, faults);
        }

        if (versions.Select(version => version.Text("name")).Distinct(StringComparer.Ordinal).Count() < versions.Count)
        {
            faults.Invalid("spec.versions", Printed(versions), "must contain unique version names");
        }

        if (versions.Count(version => version.Flag("storage")) != 1)
        {
            faults.Invalid("spec.versions", Printed(versions), "must have exactly one version marked as storage version");
        }
    }

    /// <summary>Validates what all versions share.</summary>
    public static void ValidateShared(JsonObject spec, JsonObject? old, Faults faults) =>
        VersionParts.Validate(VersionParts.Shared([.. spec.Items("versions")]), old, faults);

    private static void RequireSchemas(List<JsonObject> versions, JsonObject? old, Faults faults)
    {
        if (old is not null && !old.Items("versions").All(HasSchema))
        {
            return;
        }

        for (var i = 0; i < versions.Count; i++)
        {
            if (!HasSchema(versions[i]))
            {
                faults.Required($"spec.versions[{i}].schema.openAPIV3Schema");
            }
        }
    }

    private static bool HasSchema(JsonObject version) => version.Object("schema").Has("openAPIV3Schema");

    private static void ValidateWarning(JsonObject version, string path, Faults faults)
    {
        if (version["deprecationWarning"] is null)
        {
            return;
        }

        var warning = version.Text("deprecationWarning");
        var field = path + ".deprecationWarning";
        if (!version.Flag("deprecated"))
        {
            faults.Invalid(field, warning, "can only be set for deprecated versions");
            return;
        }

        if (System.Text.Encoding.UTF8.GetByteCount(warning) > LongestWarning)
        {
            faults.Invalid(field, warning, "must be <= 256 characters long");
        }

        if (warning.Length == 0)
        {
            faults.Invalid(field, warning, "must not be an empty string");
        }

        if (warning.Select((letter, index) => (letter, index)).FirstOrDefault(place => char.IsControl(place.letter)) is { letter: not '\0' } control)
        {
            faults.Invalid(field, warning, $"must only contain printable UTF-8 characters; non-printable character found at index {control.index}");
        }
    }

    /// <summary>Upstream prints its internal structures, from which it has taken what all versions share.</summary>
    private static JsonArray Printed(List<JsonObject> versions) => new([.. versions.Select(version => new JsonObject
    {
        ["Name"] = version.Text("name"),
        ["Served"] = version.Flag("served"),
        ["Storage"] = version.Flag("storage"),
        ["Deprecated"] = version.Flag("deprecated"),
        ["DeprecationWarning"] = version["deprecationWarning"]?.DeepClone(),
        ["Schema"] = VersionParts.IsShared(versions, "schema") ? null : version["schema"]?.DeepClone(),
        ["Subresources"] = VersionParts.IsShared(versions, "subresources") ? null : version["subresources"]?.DeepClone(),
        ["AdditionalPrinterColumns"] = VersionParts.IsShared(versions, "additionalPrinterColumns") ? null : version["additionalPrinterColumns"]?.DeepClone(),
        ["SelectableFields"] = VersionParts.IsShared(versions, "selectableFields") ? null : version["selectableFields"]?.DeepClone(),
    })]);
}
