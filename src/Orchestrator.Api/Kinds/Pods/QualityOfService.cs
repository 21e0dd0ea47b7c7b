using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds.PodTemplates;

namespace Orchestrator.Api.Kinds.Pods;

/// <summary>The quality-of-service class of a pod: what it may lose first when its node runs short.</summary>
/// <remarks>Upstream: pkg/apis/core/v1/helper/qos.</remarks>
public static class QualityOfService
{
    /// <summary>Every container has limits for CPU and memory, and requests no less.</summary>
    public const string Guaranteed = "Guaranteed";

    /// <summary>Some container has a request or limit.</summary>
    public const string Burstable = "Burstable";

    /// <summary>No container has one.</summary>
    public const string BestEffort = "BestEffort";

    private static readonly string[] Counted = ["cpu", "memory"];

    /// <summary>The class of a pod with this spec; resources of the pod as a whole go before those of its containers.</summary>
    public static string Of(JsonObject spec)
    {
        var scopes = spec.Object("resources") is { } whole && (whole.Has("requests") || whole.Has("limits"))
            ? [whole]
            : spec.Items("containers").Concat(spec.Items("initContainers")).Select(container => container.Object("resources")).ToList();
        if (!scopes.Exists(resources => Amounts(resources, "requests") || Amounts(resources, "limits")))
        {
            return BestEffort;
        }

        return scopes.TrueForAll(IsGuaranteed) ? Guaranteed : Burstable;
    }

    private static bool Amounts(JsonObject? resources, string list) =>
        Counted.Any(name => resources.Object(list)?[name] is { } amount && ResourceValidation.Amount(amount).Sign > 0);

    private static bool IsGuaranteed(JsonObject? resources) => Counted.All(name =>
        resources.Object("limits")?[name] is { } limit
        && ResourceValidation.Amount(limit).Sign > 0
        && (resources.Object("requests")?[name] is not { } request || ResourceValidation.Amount(request) == ResourceValidation.Amount(limit)));
}
