using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Quantities;

namespace Orchestrator.Api.Admission.Quotas;

/// <summary>Refuses what would exceed a quota of its namespace, and charges what does not: the charge is committed with the object, or neither is.</summary>
/// <remarks>Upstream: apiserver/pkg/admission/plugin/resourcequota/controller.go (CheckRequest), which charges before the object is stored.
/// Runs last, because what it charges for must be final.</remarks>
internal sealed class ResourceQuotaAdmission : IAdmissionPlugin
{
    private static readonly GroupResource Quotas = new("", "resourcequotas");

    /// <inheritdoc />
    public string Name => "ResourceQuota";

    /// <inheritdoc />
    public ApiStatus? Validate(AdmissionAttributes attributes)
    {
        if (attributes.Key.Namespace.Length == 0 || attributes.Object is not { } obj)
        {
            return null;
        }

        var stored = attributes.At.View.List(Quotas, attributes.Key.Namespace);
        if (stored.Count == 0 || QuotaEvaluators.For(attributes.Kind.StorageResource) is not { } evaluator || !evaluator.Handles(attributes))
        {
            return null;
        }

        var (now, old) = (attributes.At.Now, attributes.OldObject);
        var concerned = new List<QuotaDocument>();
        foreach (var quota in stored.Select(one => new QuotaDocument(one)))
        {
            if (!evaluator.IsCounted(quota.Hard.Keys, quota.Scopes, obj))
            {
                continue;
            }

            var limited = quota.Hard.Keys.Where(evaluator.Measures).ToList();
            if (evaluator.Lack(limited, obj) is { } lack)
            {
                return attributes.Forbid($"failed quota: {quota.Name}: {lack}");
            }

            if (limited.Exists(name => !quota.Used.ContainsKey(name)))
            {
                return attributes.Forbid($"status unknown for quota: {quota.Name}, resources: {string.Join(',', limited)}");
            }

            concerned.Add(quota);
        }

        if (concerned.Count == 0)
        {
            return null;
        }

        var usage = evaluator.Usage(obj, now);
        var before = old is null ? null : evaluator.Usage(old, now);
        return usage.Where(amount => amount.Value.Sign < 0).Select(amount => amount.Key).ToList() is { Count: > 0 } negative
            ? attributes.Forbid($"quota usage is negative for resource(s): {string.Join(',', negative)}")
            : Charge(attributes, concerned, quota => before is null || !evaluator.IsCounted(quota.Hard.Keys, quota.Scopes, old!) ? usage : usage.Beyond(before));
    }

    private static ApiStatus? Charge(
        AdmissionAttributes attributes, List<QuotaDocument> quotas, Func<QuotaDocument, SortedDictionary<string, Quantity>> delta)
    {
        var charges = new List<CompanionWrite>();
        foreach (var quota in quotas)
        {
            var requested = delta(quota).Where(amount => !amount.Value.IsZero && quota.Hard.ContainsKey(amount.Key)).ToList();
            if (requested.Count == 0)
            {
                continue;
            }

            var used = new SortedDictionary<string, Quantity>(quota.Used, StringComparer.Ordinal);
            used.AddTo(requested);
            if (requested.Where(amount => used[amount.Key] > quota.Hard[amount.Key]).ToList() is { Count: > 0 } exceeded)
            {
                return attributes.Forbid($"exceeded quota: {quota.Name}, requested: {ResourceAmounts.Print(exceeded)}, "
                    + $"used: {ResourceAmounts.Print(exceeded.Select(amount => KeyValuePair.Create(amount.Key, quota.Used.GetValueOrDefault(amount.Key))))}, "
                    + $"limited: {ResourceAmounts.Print(exceeded.Select(amount => KeyValuePair.Create(amount.Key, quota.Hard[amount.Key])))}");
            }

            charges.Add(quota.Charge(used));
        }

        foreach (var charge in charges)
        {
            attributes.Companions.Add(charge);
        }

        return null;
    }
}
