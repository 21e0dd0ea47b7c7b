using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.FlowControl;

/// <summary>What FlowSchemas add to the common write path.</summary>
/// <remarks>Upstream: pkg/apis/flowcontrol/v1/defaults.go and ValidateFlowSchemaSpec.</remarks>
internal sealed class FlowSchemaStrategy : StatusStrategy
{
    private const long UsualPrecedence = 1000;
    private const long LastPrecedence = 10000;

    private static readonly string[] Verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"];
    private static readonly (string Kind, string Field)[] Subjects = [("Group", "group"), ("ServiceAccount", "serviceAccount"), ("User", "user")];

    /// <inheritdoc />
    public override GroupResource Resource => new("flowcontrol.apiserver.k8s.io", "flowschemas");

    /// <inheritdoc />
    public override void Default(JsonObject obj) => obj.Ensure("spec").DefaultNonZero("matchingPrecedence", UsualPrecedence);

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        var spec = obj.Object("spec");
        ValidatePrecedence(obj.Object("metadata").Text("name"), spec.Integer("matchingPrecedence") ?? 0, faults);
        if (spec.Object("distinguisherMethod") is { } method)
        {
            faults.OneOf("spec.distinguisherMethod.type", method.Text("type"), "ByNamespace", "ByUser");
        }

        var level = spec.Object("priorityLevelConfiguration").Text("name");
        if (level.Length == 0)
        {
            faults.Required("spec.priorityLevelConfiguration.name", "must reference a priority level");
        }
        else
        {
            faults.Invalid("spec.priorityLevelConfiguration.name", level, ObjectNames.DnsSubdomainErrors(level));
        }

        var rules = spec.Items("rules").ToList();
        for (var i = 0; i < rules.Count; i++)
        {
            ValidateRule(rules[i], $"spec.rules[{i}]", faults);
        }

        return faults;
    }

    private static void ValidatePrecedence(string name, long precedence, Faults faults)
    {
        if (precedence <= 0)
        {
            faults.Invalid("spec.matchingPrecedence", precedence, "must be a positive value");
        }

        if (precedence > LastPrecedence)
        {
            faults.Invalid("spec.matchingPrecedence", precedence, $"must not be greater than {LastPrecedence}");
        }

        if (precedence == 1 && name != "exempt")
        {
            faults.Invalid("spec.matchingPrecedence", precedence, "only the schema named 'exempt' may have matchingPrecedence 1");
        }
    }

    private static void ValidateRule(JsonObject rule, string path, Faults faults)
    {
        var subjects = rule.Items("subjects").ToList();
        if (subjects.Count == 0)
        {
            faults.Required(path + ".subjects", "subjects must contain at least one value");
        }

        for (var i = 0; i < subjects.Count; i++)
        {
            ValidateSubject(subjects[i], $"{path}.subjects[{i}]", faults);
        }

        var (resources, others) = (rule.Items("resourceRules").ToList(), rule.Items("nonResourceRules").ToList());
        if (resources.Count == 0 && others.Count == 0)
        {
            faults.Required(path, "at least one of resourceRules and nonResourceRules has to be non-empty");
        }

        for (var i = 0; i < resources.Count; i++)
        {
            ValidateResources(resources[i], $"{path}.resourceRules[{i}]", faults);
        }

        for (var i = 0; i < others.Count; i++)
        {
            var at = $"{path}.nonResourceRules[{i}]";
            ValidateVerbs(others[i], at, faults);
            ValidateList(others[i], "nonResourceURLs", at, "nonResourceURLs must contain at least one value", "other non-resource URLs", faults);
        }
    }

    private static void ValidateSubject(JsonObject subject, string path, Faults faults)
    {
        var kind = subject.Text("kind");
        if (!Subjects.Any(known => known.Kind == kind))
        {
            faults.NotSupported(path + ".kind", kind, "Group", "ServiceAccount", "User");
            return;
        }

        foreach (var (known, field) in Subjects)
        {
            if (known != kind && subject.Has(field))
            {
                faults.Forbidden($"{path}.{field}", $"{field} is forbidden when subject kind is not '{known}'");
            }
            else if (known == kind && !subject.Has(field))
            {
                faults.Required($"{path}.{field}", $"{field} is required when subject kind is '{known}'");
            }
            else if (known == kind)
            {
                ValidateName(subject.Object(field), kind, $"{path}.{field}", faults);
            }
        }
    }

    private static void ValidateName(JsonObject? subject, string kind, string path, Faults faults)
    {
        if (subject.Text("name").Length == 0)
        {
            faults.Required(path + ".name");
        }

        if (kind == "ServiceAccount" && subject.Text("namespace").Length == 0)
        {
            faults.Required(path + ".namespace", "must specify namespace for service account");
        }
    }

    private static void ValidateResources(JsonObject rule, string path, Faults faults)
    {
        ValidateVerbs(rule, path, faults);
        ValidateList(rule, "apiGroups", path, "resource rules must supply at least one api group", "other api groups", faults);
        ValidateList(rule, "resources", path, "resource rules must supply at least one resource", "other resources", faults);
        if (rule.Texts("namespaces").Any() || !rule.Flag("clusterScope"))
        {
            ValidateList(rule, "namespaces", path, "resource rules that are not cluster scoped must supply at least one namespace", "other namespaces", faults);
        }
    }

    private static void ValidateVerbs(JsonObject rule, string path, Faults faults)
    {
        ValidateList(rule, "verbs", path, "verbs must contain at least one value", "other verbs", faults);
        var verbs = rule.Texts("verbs").ToList();
        if (!verbs.Contains("*", StringComparer.Ordinal) && verbs.Except(Verbs, StringComparer.Ordinal).Any())
        {
            faults.Add(FieldError.NotSupported(path + ".verbs", rule.Array("verbs"), Verbs));
        }
    }

    private static void ValidateList(JsonObject rule, string list, string path, string whenEmpty, string others, Faults faults)
    {
        var values = rule.Texts(list).ToList();
        if (values.Count == 0)
        {
            faults.Required($"{path}.{list}", whenEmpty);
        }
        else if (values.Count > 1 && values.Contains("*", StringComparer.Ordinal))
        {
            faults.Invalid($"{path}.{list}", rule.Array(list), $"if '*' is present, must not specify {others}");
        }
    }
}
