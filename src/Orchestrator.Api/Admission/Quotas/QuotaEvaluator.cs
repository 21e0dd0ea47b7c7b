using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Quantities;

namespace Orchestrator.Api.Admission.Quotas;

/// <summary>Measures the objects of one resource for quotas.</summary>
/// <remarks>Upstream: the Evaluator interface of apiserver/pkg/quota/v1 and the generic object count evaluator, which this is by itself.</remarks>
internal class QuotaEvaluator
{
    /// <summary>Core resources whose objects are also counted under their bare name.</summary>
    private static readonly string[] Bare = ["configmaps", "resourcequotas", "replicationcontrollers", "secrets"];

    private readonly string[] names;

    /// <summary>Creates the evaluator of a resource.</summary>
    public QuotaEvaluator(GroupResource resource)
    {
        Resource = resource;
        CountName = resource.Group.Length == 0 ? "count/" + resource.Resource : $"count/{resource.Resource}.{resource.Group}";
        names = resource.Group.Length == 0 && Bare.Contains(resource.Resource, StringComparer.Ordinal) ? [CountName, resource.Resource] : [CountName];
    }

    /// <summary>The objects it measures.</summary>
    public GroupResource Resource { get; }

    /// <summary>The name of the count of objects, as in <c>count/deployments.apps</c>.</summary>
    public string CountName { get; }

    /// <summary>Whether an object can use less than it did; most merely count.</summary>
    public virtual bool IsVariable => false;

    /// <summary>Whether the request can use more than before.</summary>
    public virtual bool Handles(AdmissionAttributes attributes) =>
        attributes is { Operation: AdmissionOperation.Create, Subresource.Length: 0 };

    /// <summary>Whether the amount of this name is one of the resource's.</summary>
    public virtual bool Measures(string name) => names.Contains(name, StringComparer.Ordinal);

    /// <summary>Whether an object is within a scope.</summary>
    public virtual bool IsInScope(QuotaScope scope, JsonObject obj) => false;

    /// <summary>What an object lacks for a quota that limits these amounts; null when it lacks nothing.</summary>
    public virtual string? Lack(IReadOnlyCollection<string> limited, JsonObject obj) => null;

    /// <summary>What an object uses.</summary>
    public virtual SortedDictionary<string, Quantity> Usage(JsonObject obj, DateTimeOffset now)
    {
        var usage = ResourceAmounts.Empty();
        foreach (var name in names)
        {
            usage[name] = ResourceAmounts.Count(1);
        }

        return usage;
    }

    /// <summary>Whether a quota counts an object: it limits an amount of the resource, and the object is within all its scopes.</summary>
    public bool IsCounted(IEnumerable<string> limited, IEnumerable<QuotaScope> scopes, JsonObject obj) =>
        limited.Any(Measures) && scopes.All(scope => IsInScope(scope, obj));
}
