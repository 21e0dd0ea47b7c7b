using System.Text.Json.Nodes;

namespace Orchestrator.Api.Kinds.HorizontalPodAutoscalers;

/// <summary>The defaults of a HorizontalPodAutoscaler.</summary>
/// <remarks>Upstream: SetDefaults_HorizontalPodAutoscaler and GenerateHPAScale*Rules in pkg/apis/autoscaling/v2/defaults.go.</remarks>
internal static class HorizontalPodAutoscalerDefaults
{
    /// <summary>The share of requested CPU that is aimed at when no metric is named.</summary>
    private const int Utilization = 80;

    /// <summary>How often a policy looks.</summary>
    private const int PeriodSeconds = 15;

    /// <summary>Defaults the spec of an autoscaler.</summary>
    public static void Apply(JsonObject spec)
    {
        spec.DefaultInteger("minReplicas", 1);
        if (spec.Array("metrics") is not { Count: > 0 })
        {
            spec["metrics"] = new JsonArray(new JsonObject
            {
                ["type"] = "Resource",
                ["resource"] = new JsonObject
                {
                    ["name"] = "cpu",
                    ["target"] = new JsonObject { ["type"] = "Utilization", ["averageUtilization"] = Utilization },
                },
            });
        }

        if (spec.Object("behavior") is { } behavior)
        {
            var up = behavior.Ensure("scaleUp");
            up.DefaultInteger("stabilizationWindowSeconds", 0);
            Complete(up, Policy("Pods", 4), Policy("Percent", 100));
            Complete(behavior.Ensure("scaleDown"), Policy("Percent", 100));
        }
    }

    private static void Complete(JsonObject rules, params JsonObject[] policies)
    {
        rules.DefaultText("selectPolicy", "Max");
        if (rules.Array("policies") is not { Count: > 0 })
        {
            rules["policies"] = new JsonArray([.. policies]);
        }
    }

    private static JsonObject Policy(string type, int value) => new() { ["type"] = type, ["value"] = value, ["periodSeconds"] = PeriodSeconds };
}
