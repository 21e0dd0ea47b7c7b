using System.Text.Json.Nodes;
using Orchestrator.Api.Admission.Policies;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Registry;
using Orchestrator.Api.Views;
using Orchestrator.Controllers.Objects;
using Orchestrator.Controllers.Plans;

namespace Orchestrator.Controllers.AdmissionPolicies;

/// <summary>Says of every ValidatingAdmissionPolicy what the schemas of the kinds that it matches have against its expressions.</summary>
/// <remarks>Upstream: pkg/controller/validatingadmissionpolicystatus. A policy is looked at once for each change of its spec: a definition that
/// comes later changes nothing.</remarks>
internal sealed class ValidatingPolicyStatus(Func<KindRegistry> kinds) : IReconciler
{
    private static readonly GroupResource Policies = new("admissionregistration.k8s.io", "validatingadmissionpolicies");

    public string Name => "validatingadmissionpolicy-status";

    public IReadOnlyList<GroupResource> Watches { get; } = [Policies];

    public IEnumerable<ObjectKey> KeysFor(StoredObject? before, StoredObject after, bool removed, IClusterView view) => removed ? [] : [after.Key];

    public IEnumerable<ObjectKey> AllKeys(IClusterView view) => view.List(Policies).Select(stored => stored.Key);

    public Plan Reconcile(ObjectKey key, IClusterView view, DateTimeOffset now)
    {
        if (view.Get(key) is not { } stored)
        {
            return Plan.Nothing;
        }

        var policy = Typed.Document(stored);
        var generation = (long?)policy["metadata"]?["generation"] ?? 0;
        if (generation <= ((long?)policy["status"]?["observedGeneration"] ?? 0))
        {
            return Plan.Nothing;
        }

        var checking = new JsonObject();
        if (PolicyTypeChecks.Of(policy, kinds()) is { Count: > 0 } warnings)
        {
            checking["expressionWarnings"] = new JsonArray([.. warnings.Select(warning =>
                new JsonObject { ["fieldRef"] = warning.FieldRef, ["warning"] = warning.Warning })]);
        }

        return new Plan
        {
            Writes =
            [
                new PlannedWrite.Apply(key, new JsonObject
                {
                    ["apiVersion"] = policy["apiVersion"]!.DeepClone(),
                    ["kind"] = policy["kind"]!.DeepClone(),
                    ["metadata"] = new JsonObject { ["name"] = key.Name },
                    ["status"] = new JsonObject { ["observedGeneration"] = generation, ["typeChecking"] = checking },
                }, "status", Name),
            ],
        };
    }
}
