using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.Rbac;

/// <summary>What RoleBindings and ClusterRoleBindings add to the common write path: the role that they grant stays.</summary>
/// <remarks>Upstream: pkg/apis/rbac/v1/defaults.go and ValidateRoleBinding.</remarks>
internal sealed class RoleBindingStrategy(string resource) : KindStrategy
{
    private const string RbacGroup = "rbac.authorization.k8s.io";

    /// <inheritdoc />
    public override GroupResource Resource { get; } = new(RbacGroup, resource);

    /// <inheritdoc />
    public override bool AllowsCreateOnUpdate => true;

    /// <inheritdoc />
    public override IEnumerable<string> NameErrors(string name, bool prefix) => ObjectNames.PathSegmentErrors(name, prefix);

    /// <inheritdoc />
    public override void Default(JsonObject obj)
    {
        obj.Ensure("roleRef").DefaultText("apiGroup", RbacGroup);
        foreach (var subject in obj.Items("subjects"))
        {
            if (subject.Text("kind") is "User" or "Group")
            {
                subject.DefaultText("apiGroup", RbacGroup);
            }
        }
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        var reference = obj.Object("roleRef");
        faults.OneOfIfSet("roleRef.apiGroup", reference.Text("apiGroup"), RbacGroup);
        string[] kinds = Resource.Resource == "rolebindings" ? ["ClusterRole", "Role"] : ["ClusterRole"];
        if (!kinds.Contains(reference.Text("kind"), StringComparer.Ordinal))
        {
            faults.NotSupported("roleRef.kind", reference.Text("kind"), kinds);
        }

        if (reference.Text("name").Length == 0)
        {
            faults.Required("roleRef.name");
        }

        var subjects = obj.Items("subjects").ToList();
        for (var i = 0; i < subjects.Count; i++)
        {
            ValidateSubject(subjects[i], $"subjects[{i}]", faults);
        }

        return faults;
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource)
    {
        var faults = (Faults)Validate(obj);
        var reference = obj.Object("roleRef");
        if (!JsonReading.Same(reference, old.Object("roleRef")))
        {
            // Upstream prints its Go structure.
            var printed = new JsonObject
            {
                ["APIGroup"] = reference.Text("apiGroup"),
                ["Kind"] = reference.Text("kind"),
                ["Name"] = reference.Text("name"),
            };
            faults.Invalid("roleRef", printed, "cannot change roleRef");
        }

        return faults;
    }

    private static void ValidateSubject(JsonObject subject, string path, Faults faults)
    {
        if (subject.Text("name").Length == 0)
        {
            faults.Required(path + ".name");
        }

        faults.OneOf(path + ".kind", subject.Text("kind"), "Group", "ServiceAccount", "User");
        if (subject.Text("kind") == "ServiceAccount" && subject.Text("namespace").Length == 0)
        {
            faults.Required(path + ".namespace");
        }
    }
}
