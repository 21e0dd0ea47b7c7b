using System.Text.Json.Nodes;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Quantities;
using Orchestrator.Api.Views;

namespace Orchestrator.Api.Admission.Quotas;

/// <summary>Counts what a namespace uses of a quota, from its objects: what the quota's controller writes into its status.</summary>
/// <remarks>Upstream: CalculateUsage of apiserver/pkg/quota/v1/resources.go.</remarks>
public static class QuotaCount
{
    /// <summary>The resources whose objects a quota with these limits counts.</summary>
    public static IReadOnlyList<GroupResource> Resources(JsonObject? hard) =>
        [.. (hard ?? []).Select(limit => QuotaEvaluators.ResourceOf(limit.Key)).OfType<GroupResource>().Distinct()];

    /// <summary>The status of a quota: the limits of its spec, and what is used of them.</summary>
    /// <param name="quota">The quota.</param>
    /// <param name="ns">Its namespace.</param>
    /// <param name="view">The cluster.</param>
    /// <param name="now">The time: pods that should be gone by now do not count.</param>
    public static JsonObject Status(JsonObject quota, string ns, IClusterView view, DateTimeOffset now)
    {
        var spec = quota["spec"] as JsonObject;
        var hard = ResourceAmounts.Read(spec?["hard"] as JsonObject);
        var scopes = QuotaScope.Of(spec);
        var used = ResourceAmounts.Empty();
        foreach (var name in hard.Keys)
        {
            used[name] = ResourceAmounts.Count(0);
        }

        foreach (var resource in Resources(spec?["hard"] as JsonObject))
        {
            if (QuotaEvaluators.For(resource) is { } evaluator)
            {
                Add(used, evaluator, hard, scopes, view.List(resource, ns).Select(stored => DocumentEncoding.Decode(stored.Document)), now);
            }
        }

        // The limits are taken over as they are written; a controller that read them anew would fight over their form.
        return new JsonObject { ["hard"] = (spec?["hard"] as JsonObject)?.DeepClone() ?? new JsonObject(), ["used"] = ResourceAmounts.Write(used) };
    }

    /// <summary>Whether a change makes an object use less than before: a pod that ends, a Service that needs no node ports any more.</summary>
    public static bool GivesBack(StoredObject before, StoredObject after)
    {
        if (QuotaEvaluators.For(after.Key.GroupResource) is not { IsVariable: true } evaluator)
        {
            return false;
        }

        // Only the state of the objects is compared, at one time; what merely grows old is found by the next resync.
        var (old, now) = (DocumentEncoding.Decode(before.Document), DocumentEncoding.Decode(after.Document));
        var used = evaluator.Usage(now, DateTimeOffset.MinValue);
        return evaluator.Usage(old, DateTimeOffset.MinValue).Any(amount => used.GetValueOrDefault(amount.Key) < amount.Value);
    }

    private static void Add(
        SortedDictionary<string, Quantity> used, QuotaEvaluator evaluator, SortedDictionary<string, Quantity> hard, IReadOnlyList<QuotaScope> scopes,
        IEnumerable<JsonObject> objects, DateTimeOffset now)
    {
        foreach (var obj in objects.Where(obj => evaluator.IsCounted(hard.Keys, scopes, obj)))
        {
            used.AddTo(evaluator.Usage(obj, now).Where(amount => hard.ContainsKey(amount.Key)));
        }
    }
}
