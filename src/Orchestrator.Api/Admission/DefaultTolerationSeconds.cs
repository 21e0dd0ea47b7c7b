using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Admission;

/// <summary>Lets each pod stay five minutes on a node that is not ready or unreachable, unless it says otherwise.</summary>
/// <remarks>Upstream: plugin/pkg/admission/defaulttolerationseconds.</remarks>
internal sealed class DefaultTolerationSeconds : IAdmissionPlugin
{
    private const long Seconds = 300;
    private static readonly string[] Taints = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

    /// <inheritdoc />
    public string Name => nameof(DefaultTolerationSeconds);

    /// <inheritdoc />
    public ApiStatus? Admit(AdmissionAttributes attributes)
    {
        if (!attributes.WritesPod() || attributes.Object.Object("spec") is not { } spec)
        {
            return null;
        }

        foreach (var taint in Taints.Where(taint => !spec.Items("tolerations").Any(toleration => Tolerates(toleration, taint))).ToList())
        {
            if (spec["tolerations"] is not JsonArray tolerations)
            {
                spec["tolerations"] = tolerations = [];
            }

            tolerations.Add(new JsonObject
            {
                ["key"] = taint,
                ["operator"] = "Exists",
                ["effect"] = "NoExecute",
                ["tolerationSeconds"] = Seconds,
            });
        }

        return null;
    }

    private static bool Tolerates(JsonObject toleration, string taint) =>
        (toleration.Text("key") is "" || toleration.Text("key") == taint) && (toleration.Text("effect") is "" or "NoExecute");
}
