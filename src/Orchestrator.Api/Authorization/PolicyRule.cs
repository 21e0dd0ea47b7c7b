using System.Text.Json;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Authorization;

/// <summary>One rule of a Role or ClusterRole.</summary>
/// <remarks>Upstream: pkg/apis/rbac/v1/evaluation_helpers.go.</remarks>
/// <param name="Verbs">The verbs; * for all.</param>
/// <param name="ApiGroups">The groups; empty text for the core group.</param>
/// <param name="Resources">The resources, with subresources behind a slash.</param>
/// <param name="ResourceNames">The objects; none for all.</param>
/// <param name="NonResourceUrls">The paths; then nothing else applies.</param>
public sealed record PolicyRule(string[] Verbs, string[] ApiGroups, string[] Resources, string[] ResourceNames, string[] NonResourceUrls)
{
    private const string All = "*";

    /// <summary>Reads <c>rules</c> of a Role or ClusterRole.</summary>
    public static PolicyRule[] ReadAll(JsonElement role) => role.TryGetProperty("rules", out var rules) && rules.ValueKind == JsonValueKind.Array
        ? [.. rules.EnumerateArray().Select(Read)]
        : [];

    /// <summary>True when the rule allows a verb on a path.</summary>
    public bool Allows(string verb, string path) => Has(Verbs, verb) && AllowsPath(path);

    /// <summary>True when the rule allows a verb on an object; an empty name stands for all.</summary>
    public bool Allows(string verb, string group, string resource, string subresource, string name) =>
        Has(Verbs, verb) && Has(ApiGroups, group) && AllowsResource(resource, subresource)
        && (ResourceNames.Length == 0 || ResourceNames.Contains(name));

    /// <summary>True when every single thing that the other rule allows is allowed by one of these rules: no escalation.</summary>
    /// <remarks>Upstream: component-helpers/auth/rbac/validation/policy_comparator.go.</remarks>
    public static bool Cover(IReadOnlyList<PolicyRule> owned, PolicyRule wanted) => !Missing(owned, wanted).Any();

    /// <summary>The single things that the other rule allows and none of these do.</summary>
    public static IEnumerable<PolicyRule> Missing(IReadOnlyList<PolicyRule> owned, PolicyRule wanted) =>
        wanted.Breakdown().Where(one => !owned.Any(rule => rule.Covers(one)));

    /// <summary>The rule in one line, as messages show it.</summary>
    /// <remarks>Upstream: pkg/apis/rbac/v1/evaluation_helpers.go, CompactString.</remarks>
    public string Describe()
    {
        var parts = new List<string>();
        Add("APIGroups", ApiGroups);
        Add("Resources", Resources);
        Add("NonResourceURLs", NonResourceUrls);
        Add("ResourceNames", ResourceNames);
        Add("Verbs", Verbs);
        return "{" + string.Join(", ", parts) + "}";

        void Add(string name, string[] words)
        {
            if (words.Length > 0)
            {
                parts.Add($"{name}:[{string.Join(' ', words.Select(GoText.Quote))}]");
            }
        }
    }

    private bool Covers(PolicyRule one)
    {
        if (!Has(Verbs, one.Verbs[0]))
        {
            return false;
        }

        if (one.NonResourceUrls.Length > 0)
        {
            return AllowsPath(one.NonResourceUrls[0]);
        }

        return Has(ApiGroups, one.ApiGroups[0])
            && (Has(Resources, one.Resources[0]) || AnySubresource(one.Resources[0]))
            && (ResourceNames.Length == 0 || (one.ResourceNames.Length > 0 && ResourceNames.Contains(one.ResourceNames[0])));
    }

    private bool AnySubresource(string resource)
    {
        var slash = resource.IndexOf('/', StringComparison.Ordinal);
        return slash >= 0 && Resources.Contains("*" + resource[slash..]);
    }

    private IEnumerable<PolicyRule> Breakdown()
    {
        foreach (var verb in Verbs)
        {
            foreach (var url in NonResourceUrls)
            {
                yield return new PolicyRule([verb], [], [], [], [url]);
            }

            foreach (var group in ApiGroups)
            {
                foreach (var resource in Resources)
                {
                    foreach (var name in ResourceNames.Length == 0 ? [""] : ResourceNames)
                    {
                        yield return new PolicyRule([verb], [group], [resource], name.Length == 0 ? [] : [name], []);
                    }
                }
            }
        }
    }

    private bool AllowsResource(string wanted, string subresource)
    {
        var combined = subresource.Length == 0 ? wanted : wanted + "/" + subresource;
        foreach (var resource in Resources)
        {
            if (resource == All || resource == combined
                || (subresource.Length > 0 && resource.Length == subresource.Length + 2
                    && resource.StartsWith("*/", StringComparison.Ordinal) && resource.EndsWith(subresource, StringComparison.Ordinal)))
            {
                return true;
            }
        }

        return false;
    }

    private bool AllowsPath(string path)
    {
        foreach (var url in NonResourceUrls)
        {
            if (url == All || url == path || (url.EndsWith('*') && path.StartsWith(url.AsSpan(0, url.Length - 1), StringComparison.Ordinal)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Has(string[] values, string wanted) => values.Contains(wanted) || values.Contains(All);

    private static PolicyRule Read(JsonElement rule) =>
        new(Words(rule, "verbs"), Words(rule, "apiGroups"), Words(rule, "resources"), Words(rule, "resourceNames"), Words(rule, "nonResourceURLs"));

    private static string[] Words(JsonElement rule, string name) => rule.TryGetProperty(name, out var words) && words.ValueKind == JsonValueKind.Array
        ? [.. words.EnumerateArray().Select(word => word.GetString() ?? "")]
        : [];
}
