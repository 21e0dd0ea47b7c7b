using System.Text.Json;

namespace Orchestrator.Gateway.Authorization;

/// <summary>One rule of a Role or ClusterRole.</summary>
/// <remarks>Upstream: pkg/apis/rbac/v1/evaluation_helpers.go.</remarks>
internal sealed record PolicyRule(string[] Verbs, string[] ApiGroups, string[] Resources, string[] ResourceNames, string[] NonResourceUrls)
{
    private const string All = "*";

    /// <summary>Reads <c>rules</c> of a Role or ClusterRole.</summary>
    public static PolicyRule[] ReadAll(JsonElement role) => role.TryGetProperty("rules", out var rules) && rules.ValueKind == JsonValueKind.Array
        ? [.. rules.EnumerateArray().Select(Read)]
        : [];

    /// <summary>True when the rule allows the request.</summary>
    public bool Allows(AccessRequest request) => request.Path is { } path
        ? Has(Verbs, request.Verb) && AllowsPath(path)
        : Has(Verbs, request.Verb) && Has(ApiGroups, request.Group) && AllowsResource(request)
          && (ResourceNames.Length == 0 || ResourceNames.Contains(request.Name));

    /// <summary>True when every single thing that the other rule allows is allowed by one of these rules: no escalation.</summary>
    /// <remarks>Upstream: component-helpers/auth/rbac/validation/policy_comparator.go.</remarks>
    public static bool Cover(IReadOnlyList<PolicyRule> owned, PolicyRule wanted) => wanted.Breakdown().All(one => owned.Any(rule => rule.Covers(one)));

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

    private bool AllowsResource(AccessRequest request)
    {
        var combined = request.CombinedResource;
        foreach (var resource in Resources)
        {
            if (resource == All || resource == combined
                || (request.Subresource.Length > 0 && resource.Length == request.Subresource.Length + 2
                    && resource.StartsWith("*/", StringComparison.Ordinal) && resource.EndsWith(request.Subresource, StringComparison.Ordinal)))
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
