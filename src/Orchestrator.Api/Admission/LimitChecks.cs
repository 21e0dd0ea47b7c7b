using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.Admission.Quotas;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Kinds.PodTemplates;
using Orchestrator.Api.Quantities;

namespace Orchestrator.Api.Admission;

/// <summary>Compares what a pod or claim asks for with one limit of a LimitRange.</summary>
/// <remarks>Upstream: PodValidateLimitFunc and its constraints in plugin/pkg/admission/limitranger/admission.go.</remarks>
internal static class LimitChecks
{
    /// <summary>Checks the containers, or the pod as a whole, as the limit's type says.</summary>
    public static void CheckPod(JsonObject pod, JsonObject limit, List<string> complaints)
    {
        var spec = pod.Object("spec");
        switch (limit.Text("type"))
        {
            case "Container":
                foreach (var container in spec.Items("containers").Concat(spec.Items("initContainers")))
                {
                    var resources = container.Object("resources");
                    Check(Amounts(resources.Object("requests")), Amounts(resources.Object("limits")), limit, complaints);
                }

                break;
            case "Pod":
                Check(PodAmounts.WithoutOverhead(pod, "requests"), PodAmounts.WithoutOverhead(pod, "limits"), limit, complaints);
                break;
            default:
                break;
        }
    }

    /// <summary>Checks the storage that a claim asks for.</summary>
    public static void CheckClaim(JsonObject? resources, JsonObject limit, List<string> complaints)
    {
        var requests = Amounts(resources.Object("requests"));
        foreach (var (name, bound) in Amounts(limit.Object("min")))
        {
            Minimum(name, bound, requests, ResourceAmounts.Empty(), limit.Text("type"), complaints);
        }

        foreach (var (name, bound) in Amounts(limit.Object("max")))
        {
            var prefix = $"maximum {name} usage per {limit.Text("type")} is {bound}";
            if (!requests.TryGetValue(name, out var request))
            {
                complaints.Add(prefix + ".  No request is specified");
            }
            else if (request > bound)
            {
                complaints.Add($"{prefix}, but request is {request}");
            }
        }
    }

    private static void Check(
        IReadOnlyDictionary<string, Quantity> requests, IReadOnlyDictionary<string, Quantity> limits, JsonObject limit, List<string> complaints)
    {
        var type = limit.Text("type");
        foreach (var (name, bound) in Amounts(limit.Object("min")))
        {
            Minimum(name, bound, requests, limits, type, complaints);
        }

        foreach (var (name, bound) in Amounts(limit.Object("max")))
        {
            Maximum(name, bound, requests, limits, type, complaints);
        }

        foreach (var (name, bound) in Amounts(limit.Object("maxLimitRequestRatio")))
        {
            Ratio(name, bound, requests, limits, type, complaints);
        }
    }

    private static void Minimum(string name, Quantity bound, IReadOnlyDictionary<string, Quantity> requests, IReadOnlyDictionary<string, Quantity> limits, string type,
        List<string> complaints)
    {
        var prefix = $"minimum {name} usage per {type} is {bound}";
        if (!requests.TryGetValue(name, out var request))
        {
            complaints.Add(prefix + ".  No request is specified");
        }
        else if (request < bound)
        {
            complaints.Add($"{prefix}, but request is {request}");
        }
        else if (limits.TryGetValue(name, out var limit) && limit < bound)
        {
            complaints.Add($"{prefix}, but limit is {limit}");
        }
    }

    private static void Maximum(string name, Quantity bound, IReadOnlyDictionary<string, Quantity> requests, IReadOnlyDictionary<string, Quantity> limits, string type,
        List<string> complaints)
    {
        var prefix = $"maximum {name} usage per {type} is {bound}";
        if (!limits.TryGetValue(name, out var limit))
        {
            complaints.Add(prefix + ".  No limit is specified");
        }
        else if (limit > bound)
        {
            complaints.Add($"{prefix}, but limit is {limit}");
        }
        else if (requests.TryGetValue(name, out var request) && request > bound)
        {
            complaints.Add($"{prefix}, but request is {request}");
        }
    }

    private static void Ratio(string name, Quantity bound, IReadOnlyDictionary<string, Quantity> requests, IReadOnlyDictionary<string, Quantity> limits, string type,
        List<string> complaints)
    {
        var prefix = $"{name} max limit to request ratio per {type} is {bound}";
        if (!requests.TryGetValue(name, out var request) || request.IsZero)
        {
            complaints.Add(prefix + ", but no request is specified or request is 0");
        }
        else if (!limits.TryGetValue(name, out var limit) || limit.IsZero)
        {
            complaints.Add(prefix + ", but no limit is specified or limit is 0");
        }
        else if (limit.ToDouble() / request.ToDouble() is var ratio && ratio > bound.ToDouble())
        {
            complaints.Add(string.Create(CultureInfo.InvariantCulture, $"{prefix}, but provided ratio is {ratio:F6}"));
        }
    }

    private static Dictionary<string, Quantity> Amounts(JsonObject? list) =>
        (list ?? []).ToDictionary(entry => entry.Key, entry => ResourceValidation.Amount(entry.Value), StringComparer.Ordinal);
}
