using System.Text.Json.Nodes;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Kinds.AdmissionRegistration;

/// <summary>What webhooks and policies share: which requests they want to see.</summary>
/// <remarks>Upstream: validateRule, validateResources and SetDefaults_MatchResources in pkg/apis/admissionregistration.</remarks>
internal static class AdmissionRules
{
    /// <summary>Defaults the selectors and rules of a policy or binding.</summary>
    public static void DefaultMatch(JsonObject match)
    {
        match.DefaultText("matchPolicy", "Equivalent");
        match.Ensure("namespaceSelector");
        match.Ensure("objectSelector");
        foreach (var rule in match.Items("resourceRules").Concat(match.Items("excludeResourceRules")))
        {
            rule.DefaultText("scope", "*");
        }
    }

    /// <summary>Validates the selectors and rules of a policy or binding.</summary>
    public static void ValidateMatch(JsonObject? match, bool needsRules, string path, Faults faults)
    {
        faults.OneOfIfSet(path + ".matchPolicy", match.Text("matchPolicy"), EnumTypes.MatchPolicyType);
        ValidateSelectors(match, path, faults);
        foreach (var list in new[] { "resourceRules", "excludeResourceRules" })
        {
            var rules = match.Items(list).ToList();
            for (var i = 0; i < rules.Count; i++)
            {
                Validate(rules[i], $"{path}.{list}[{i}]", faults);
            }
        }

        if (needsRules && match.Array("resourceRules") is not { Count: > 0 })
        {
            faults.Required(path + ".resourceRules");
        }
    }

    /// <summary>Validates the two selectors.</summary>
    public static void ValidateSelectors(JsonObject? match, string path, Faults faults)
    {
        foreach (var selector in new[] { "namespaceSelector", "objectSelector" })
        {
            if (match.Has(selector))
            {
                Selectors.Validate(match.Object(selector), $"{path}.{selector}", faults);
            }
            else if (match is not null)
            {
                faults.Required($"{path}.{selector}");
            }
        }
    }

    /// <summary>Validates one rule.</summary>
    public static void Validate(JsonObject rule, string path, Faults faults)
    {
        ValidateOperations(rule.Texts("operations").ToList(), rule, path + ".operations", faults);
        ValidateList(rule, "apiGroups", "API groups", allowsEmpty: true, path, faults);
        ValidateList(rule, "apiVersions", "API versions", allowsEmpty: false, path, faults);
        ValidateResources(rule, path + ".resources", faults);
        faults.OneOfIfSet(path + ".scope", rule.Text("scope"), EnumTypes.ScopeType);
    }

    private static void ValidateOperations(List<string> operations, JsonObject rule, string path, Faults faults)
    {
        if (operations.Count == 0)
        {
            faults.Required(path);
        }

        if (operations.Count > 1 && operations.Contains("*", StringComparer.Ordinal))
        {
            faults.Invalid(path, rule.Array("operations"), "if '*' is present, must not specify other operations");
        }

        for (var i = 0; i < operations.Count; i++)
        {
            if (!EnumTypes.OperationType.Contains(operations[i], StringComparer.Ordinal))
            {
                faults.NotSupported($"{path}[{i}]", operations[i], EnumTypes.OperationType);
            }
        }
    }

    private static void ValidateList(JsonObject rule, string list, string what, bool allowsEmpty, string path, Faults faults)
    {
        var values = rule.Texts(list).ToList();
        if (values.Count == 0)
        {
            faults.Required($"{path}.{list}");
        }

        if (values.Count > 1 && values.Contains("*", StringComparer.Ordinal))
        {
            faults.Invalid($"{path}.{list}", rule.Array(list), $"if '*' is present, must not specify other {what}");
        }

        for (var i = 0; i < values.Count && !allowsEmpty; i++)
        {
            if (values[i].Length == 0)
            {
                faults.Required($"{path}.{list}[{i}]");
            }
        }
    }

    private static void ValidateResources(JsonObject rule, string path, Faults faults)
    {
        var resources = rule.Texts("resources").ToList();
        if (resources.Count == 0)
        {
            faults.Required(path);
        }

        var wholeResources = new HashSet<string>(StringComparer.Ordinal);
        var wholeSubresources = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < resources.Count; i++)
        {
            if (resources[i].Length == 0)
            {
                faults.Required($"{path}[{i}]");
            }

            if (resources[i].Split('/', 2) is not [var resource, var subresource])
            {
                continue;
            }

            if (wholeResources.Contains(resource))
            {
                faults.Invalid($"{path}[{i}]", resources[i], $"if '{resource}/*' is present, must not specify {resources[i]}");
            }

            if (wholeSubresources.Contains(subresource))
            {
                faults.Invalid($"{path}[{i}]", resources[i], $"if '*/{subresource}' is present, must not specify {resources[i]}");
            }

            _ = subresource == "*" && wholeResources.Add(resource);
            _ = resource == "*" && wholeSubresources.Add(subresource);
        }

        if (resources.Count > 1 && resources.Contains("*/*", StringComparer.Ordinal))
        {
            faults.Invalid(path, rule.Array("resources"), "if '*/*' is present, must not specify other resources");
        }

        if (resources.Contains("*", StringComparer.Ordinal) && resources.Exists(name => name != "*" && !name.Contains('/', StringComparison.Ordinal)))
        {
            faults.Invalid(path, rule.Array("resources"), "if '*' is present, must not specify other resources without subresources");
        }
    }
}
