using System.Text.Json.Nodes;

namespace Orchestrator.Api.Kinds.CustomResourceDefinitions;

/// <summary>The rules of a CustomResourceDefinition: its names, its versions and how they convert. The schemas have files of their own.</summary>
/// <remarks>Upstream: apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go.</remarks>
internal static class CustomResourceDefinitionValidation
{
    /// <summary>Validates a new definition.</summary>
    public static Faults Validate(JsonObject definition) => Validate(definition, null);

    /// <summary>Validates a change: what clients have learned from discovery stays, and what was accepted before need not meet newer rules.</summary>
    public static Faults ValidateUpdate(JsonObject definition, JsonObject old)
    {
        var faults = Validate(definition, old);
        var (spec, before) = (definition.Object("spec"), old.Object("spec"));
        if (IsEstablished(old))
        {
            faults.Immutable("spec.scope", spec?["scope"], before?["scope"]);
            faults.Immutable("spec.names.kind", spec.Object("names")?["kind"], before.Object("names")?["kind"]);
        }

        faults.Immutable("spec.group", spec?["group"], before?["group"]);
        faults.Immutable("spec.names.plural", spec.Object("names")?["plural"], before.Object("names")?["plural"]);
        return faults;
    }

    /// <summary>Validates a written status: the names in it.</summary>
    public static Faults ValidateStatus(JsonObject definition)
    {
        var faults = new Faults();
        DefinitionNames.ValidateForm(definition.Object("status").Object("acceptedNames"), "status.acceptedNames", faults);
        return faults;
    }

    private static Faults Validate(JsonObject definition, JsonObject? old)
    {
        var faults = new Faults();
        var spec = definition.Object("spec") ?? [];
        var name = definition.Object("metadata").Text("name");
        if (old is null && name.Length > 0 && name != spec.Object("names").Text("plural") + "." + spec.Text("group"))
        {
            faults.Invalid("metadata.name", name, "must be spec.names.plural+\".\"+spec.group");
        }

        ValidateGroup(spec.Text("group"), faults);
        faults.OneOf("spec.scope", spec.Text("scope"), "Cluster", "Namespaced");
        DefinitionVersions.Validate(spec, old.Object("spec"), faults);
        DefinitionNames.Validate(spec.Object("names"), "spec.names", faults);
        DefinitionVersions.ValidateShared(spec, old.Object("spec"), faults);
        DefinitionConversion.Validate(spec.Object("conversion"), "spec.conversion", old is not null && IsEstablished(old), faults);
        faults.AddRange(ValidateStatus(definition));
        ValidateStoredVersions(definition, faults);
        ValidateApproval(definition, old, faults);
        if (spec.Flag("preserveUnknownFields") && !old.Object("spec").Flag("preserveUnknownFields"))
        {
            faults.Invalid("spec.preserveUnknownFields", true, "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead");
        }

        return faults;
    }

    private static bool IsEstablished(JsonObject definition) =>
        definition.Object("status").Items("conditions").Any(condition => condition.Text("type") == "Established" && condition.Text("status") == "True");

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

    private static void ValidateStoredVersions(JsonObject definition, Faults faults)
    {
        const string Path = "status.storedVersions";
        var stored = definition.Object("status").Texts("storedVersions").ToList();
        var versions = definition.Object("spec").Items("versions").ToList();
        if (stored.Count == 0)
        {
            faults.Invalid(Path, definition.Object("status").Array("storedVersions") ?? [], "must have at least one stored version");
            return;
        }

        foreach (var version in versions.Where(version => version.Flag("storage")).Select(version => version.Text("name")).Where(version => !stored.Contains(version)))
        {
            faults.Invalid(Path, definition.Object("status").Array("storedVersions"), $"must have the storage version {version}");
        }

        for (var i = 0; i < stored.Count; i++)
        {
            if (!versions.Exists(version => version.Text("name") == stored[i]))
            {
                faults.Invalid($"{Path}[{i}]", stored[i],
                    $"missing from spec.versions; {stored[i]} was previously a storage version, and must remain in spec.versions until a storage migration "
                    + $"ensures no data remains persisted in {stored[i]} and removes {stored[i]} from status.storedVersions");
            }
        }
    }

    private static void ValidateApproval(JsonObject definition, JsonObject? old, Faults faults)
    {
        if (!ApiApproval.IsProtected(definition.Object("spec").Text("group")))
        {
            return;
        }

        const string Path = $"metadata.annotations[{ApiApproval.Annotation}]";
        var annotations = definition.Object("metadata").Object("annotations");
        var approval = ApiApproval.Of(annotations);
        if (old is not null && ApiApproval.Of(old.Object("metadata").Object("annotations")).State == approval.State)
        {
            return;
        }

        switch (approval.State)
        {
            case ApprovalState.Missing:
                faults.Required(Path, approval.Message);
                break;
            case ApprovalState.Invalid:
                faults.Invalid(Path, annotations.Text(ApiApproval.Annotation), approval.Message);
                break;
        }
    }
}
