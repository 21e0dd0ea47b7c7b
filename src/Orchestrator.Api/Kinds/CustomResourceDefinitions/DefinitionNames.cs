using System.Text.Json.Nodes;

namespace Orchestrator.Api.Kinds.CustomResourceDefinitions;

/// <summary>The names of a custom resource.</summary>
internal static class DefinitionNames
{
    /// <summary>Validates spec.names: four of them must be there.</summary>
    public static void Validate(JsonObject? names, string path, Faults faults)
    {
        foreach (var field in (string[])["plural", "singular", "kind", "listKind"])
        {
            if (names.Text(field).Length == 0)
            {
                faults.Required($"{path}.{field}");
            }
        }

        ValidateForm(names, path, faults);
    }

    /// <summary>Validates the form of the names that are there.</summary>
    public static void ValidateForm(JsonObject? names, string path, Faults faults)
    {
        foreach (var field in (string[])["plural", "singular", "kind", "listKind"])
        {
            ValidateName(names.Text(field), isMixed: field is "kind" or "listKind", $"{path}.{field}", faults);
        }

        ValidateList(names, "shortNames", path, faults);
        if (names.Text("kind") is { Length: > 0 } kind && kind == names.Text("listKind"))
        {
            faults.Invalid(path + ".listKind", kind, "kind and listKind may not be the same");
        }

        ValidateList(names, "categories", path, faults);
    }

    private static void ValidateList(JsonObject? names, string list, string path, Faults faults)
    {
        var values = names.Texts(list).ToList();
        for (var i = 0; i < values.Count; i++)
        {
            var complaints = ObjectNames.Dns1035LabelErrors(values[i]).ToList();
            if (complaints.Count > 0)
            {
                faults.Invalid($"{path}.{list}[{i}]", values[i], string.Join(',', complaints));
            }
        }
    }

    private static void ValidateName(string name, bool isMixed, string path, Faults faults)
    {
        if (name.Length == 0)
        {
            return;
        }

        var complaints = ObjectNames.Dns1035LabelErrors(isMixed ? name.ToLowerInvariant() : name).ToList();
        if (complaints.Count > 0)
        {
            faults.Invalid(path, name, (isMixed ? "may have mixed case, but should otherwise match: " : "") + string.Join(',', complaints));
        }
    }
}
