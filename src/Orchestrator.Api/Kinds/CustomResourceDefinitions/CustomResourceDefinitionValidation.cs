using System.Text.Json.Nodes;

namespace Orchestrator.Api.Kinds.CustomResourceDefinitions;

/// <summary>The rules of a CustomResourceDefinition: its names, its versions and how they convert.</summary>
/// <remarks>Upstream: apiextensions-apiserver/pkg/apis/apiextensions/validation.</remarks>
internal static class CustomResourceDefinitionValidation
{
    /// <summary>Validates a definition.</summary>
    public static Faults Validate(JsonObject definition)
    {
        var faults = new Faults();
        var spec = definition.Object("spec") ?? [];
        var name = definition.Object("metadata").Text("name");
        if (name.Length > 0 && name != spec.Object("names").Text("plural") + "." + spec.Text("group"))
        {
            faults.Invalid("metadata.name", name, "must be spec.names.plural+\".\"+spec.group");
        }

        ValidateGroup(spec.Text("group"), faults);
        faults.OneOf("spec.scope", spec.Text("scope"), "Cluster", "Namespaced");
        ValidateVersions(spec, faults);
        ValidateNames(spec.Object("names"), "spec.names", faults);
        ValidateConversion(spec.Object("conversion"), "spec.conversion", faults);
        ValidateStoredVersions(definition, faults);
        return faults;
    }

    /// <summary>Validates a change: what clients have learned from discovery stays.</summary>
    public static Faults ValidateUpdate(JsonObject definition, JsonObject old)
    {
        var faults = Validate(definition);
        var (spec, before) = (definition.Object("spec"), old.Object("spec"));
        if (old.Object("status").Items("conditions").Any(condition => condition.Text("type") == "Established" && condition.Text("status") == "True"))
        {
            faults.Immutable("spec.scope", spec?["scope"], before?["scope"]);
            faults.Immutable("spec.names.kind", spec.Object("names")?["kind"], before.Object("names")?["kind"]);
        }

        faults.Immutable("spec.group", spec?["group"], before?["group"]);
        faults.Immutable("spec.names.plural", spec.Object("names")?["plural"], before.Object("names")?["plural"]);
        return faults;
    }

    private static void ValidateGroup(string group, Faults faults)
    {
        if (group.Length == 0)
        {
            faults.Required("spec.group");
            return;
        }

        var complaints = ObjectNames.DnsSubdomainErrors(group).ToList();
        if (complaints.Count > 0)
        {
            faults.Invalid("spec.group", group, string.Join(',', complaints));
        }
        else if (!group.Contains('.', StringComparison.Ordinal))
        {
            faults.Invalid("spec.group", group, "should be a domain with at least one dot");
        }
    }

    private static void ValidateVersions(JsonObject spec, Faults faults)
    {
        var versions = spec.Items("versions").ToList();
        for (var i = 0; i < versions.Count; i++)
        {
            ValidateVersion(versions[i], $"spec.versions[{i}]", faults);
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

    private static void ValidateVersion(JsonObject version, string path, Faults faults)
    {
        var complaints = ObjectNames.Dns1035LabelErrors(version.Text("name")).ToList();
        if (complaints.Count > 0)
        {
            faults.Invalid(path + ".name", version.Text("name"), string.Join(',', complaints));
        }

        if (!version.Object("schema").Has("openAPIV3Schema"))
        {
            faults.Required(path + ".schema.openAPIV3Schema");
        }

        if (version.Text("deprecationWarning").Length > 0 && !version.Flag("deprecated"))
        {
            faults.Invalid(path + ".deprecationWarning", version.Text("deprecationWarning"), "can only be set for deprecated versions");
        }

        var columns = version.Items("additionalPrinterColumns").ToList();
        for (var i = 0; i < columns.Count; i++)
        {
            var at = $"{path}.additionalPrinterColumns[{i}]";
            if (columns[i].Text("name").Length == 0)
            {
                faults.Required(at + ".name");
            }

            faults.OneOf(at + ".type", columns[i].Text("type"), "boolean", "date", "integer", "number", "string");
            faults.OneOfIfSet(at + ".format", columns[i].Text("format"), "byte", "date", "date-time", "double", "float", "int32", "int64", "password");
            if (columns[i].Text("jsonPath").Length == 0)
            {
                faults.Required(at + ".jsonPath");
            }
        }
    }

    private static void ValidateNames(JsonObject? names, string path, Faults faults)
    {
        foreach (var field in (string[])["plural", "singular", "kind", "listKind"])
        {
            ValidateName(names.Text(field), isMixed: field is "kind" or "listKind", $"{path}.{field}", faults);
        }

        if (names.Text("kind") is { Length: > 0 } kind && kind == names.Text("listKind"))
        {
            faults.Invalid(path + ".listKind", kind, "kind and listKind may not be the same");
        }

        foreach (var list in (string[])["shortNames", "categories"])
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
    }

    private static void ValidateName(string name, bool isMixed, string path, Faults faults)
    {
        if (name.Length == 0)
        {
            faults.Required(path);
            return;
        }

        var complaints = ObjectNames.Dns1035LabelErrors(isMixed ? name.ToLowerInvariant() : name).ToList();
        if (complaints.Count > 0)
        {
            faults.Invalid(path, name, (isMixed ? "may have mixed case, but should otherwise match: " : "") + string.Join(',', complaints));
        }
    }

    private static void ValidateConversion(JsonObject? conversion, string path, Faults faults)
    {
        faults.OneOf(path + ".strategy", conversion.Text("strategy"), "None", "Webhook");
        var webhook = conversion.Object("webhook");
        if (conversion.Text("strategy") != "Webhook")
        {
            if (webhook is not null)
            {
                faults.Forbidden(path + ".webhook", "should not be set when strategy is not set to Webhook");
            }

            return;
        }

        var client = webhook.Object("clientConfig");
        if (client is null)
        {
            faults.Required(path + ".webhookClientConfig", "required when strategy is set to Webhook");
        }
        else if (client.Has("url") == client.Has("service"))
        {
            faults.Required(path + ".webhookClientConfig", "exactly one of url or service is required");
        }

        if (!webhook.Texts("conversionReviewVersions").Any())
        {
            faults.Required(path + ".conversionReviewVersions");
        }
    }

    private static void ValidateStoredVersions(JsonObject definition, Faults faults)
    {
        const string Path = "status.storedVersions";
        var stored = definition.Object("status").Texts("storedVersions").ToList();
        var versions = definition.Object("spec").Items("versions").ToList();
        if (stored.Count == 0)
        {
            faults.Invalid(Path, definition.Object("status").Array("storedVersions") ?? [], "must have at least one stored version");
        }

        for (var i = 0; i < stored.Count; i++)
        {
            if (!versions.Exists(version => version.Text("name") == stored[i]))
            {
                faults.Invalid($"{Path}[{i}]", stored[i], "must appear in spec.versions");
            }
        }

        if (versions.LastOrDefault(version => version.Flag("storage")).Text("name") is { Length: > 0 } storage && !stored.Contains(storage, StringComparer.Ordinal))
        {
            faults.Invalid(Path, definition.Object("status").Array("storedVersions"), $"must have the storage version {storage}");
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
        ["Schema"] = null,
        ["Subresources"] = null,
        ["AdditionalPrinterColumns"] = null,
        ["SelectableFields"] = null,
    })]);
}
