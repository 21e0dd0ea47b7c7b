using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.Admission.Matching;
using Orchestrator.Api.Admission.Webhooks;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Patching;
using Orchestrator.Api.Registry;
using Orchestrator.Api.Schema;
using Orchestrator.Cel;
using Orchestrator.Cel.Json;
using Orchestrator.Cel.Values;

namespace Orchestrator.Api.Admission.Policies;

/// <summary>Lets the policies of the cluster change the object, one after another.</summary>
/// <remarks>Upstream: apiserver/pkg/admission/plugin/policy/mutating (dispatcher.go) and its patch package.</remarks>
internal sealed class MutatingPolicies : IAdmissionPlugin
{
    private static readonly GroupResource Policies = new("admissionregistration.k8s.io", "mutatingadmissionpolicies");
    private static readonly GroupResource Bindings = new("admissionregistration.k8s.io", "mutatingadmissionpolicybindings");

    /// <inheritdoc />
    public string Name => "MutatingAdmissionPolicy";

    /// <inheritdoc />
    public ApiStatus? Admit(AdmissionAttributes attributes)
    {
        if (attributes.Object is null || ResourceRules.IsExempt(attributes))
        {
            return null;
        }

        var concerning = AdmissionPolicy.Concerning(attributes, Policies, Bindings).ToList();
        if (concerning.Count > 0)
        {
            attributes.Reinvocation.Arrive(attributes.Object);
        }

        var faults = new List<(string Message, string Reason)>();
        foreach (var concern in concerning)
        {
            if (concern.Fault is { } fault)
            {
                Note(faults, concern, fault, "Forbidden");
                continue;
            }

            for (var index = 0; index < concern.Parameters.Count; index++)
            {
                Mutate(attributes, concern, $"policy/{concern.Policy.Name}/{concern.Binding}/{index}", concern.Parameters[index], faults);
            }
        }

        return faults.Count == 0 ? null : attributes.Forbid("") with
        {
            Message = faults[0].Message,
            Reason = faults[0].Reason,
            Causes = [.. faults.Select(fault => new StatusCause("", fault.Message, null))],
        };
    }

    /// <summary>Keeps what went wrong, unless the policy fails open.</summary>
    private static void Note(List<(string Message, string Reason)> faults, PolicyConcern concern, string fault, string reason)
    {
        if (!concern.Policy.FailsOpen)
        {
            faults.Add(("policy " + concern.Denial(fault), reason));
        }
    }

    private static void Mutate(
        AdmissionAttributes attributes, PolicyConcern concern, string identity, JsonObject? parameter, List<(string Message, string Reason)> faults)
    {
        var (policy, kind) = (concern.Policy, concern.Kind);
        if (policy.Fault is { } broken)
        {
            Note(faults, concern, "compilation error: compilation failed: " + broken, "Invalid");
            return;
        }

        var budget = new CostBudget(PolicyExpressions.Budget);
        if (!MatchConditions.Hold(policy.Spec.Items("matchConditions"), policy.Conditions, policy.Values(attributes, kind, parameter, budget), out var unclear))
        {
            if (unclear is not null)
            {
                Note(faults, concern, unclear, "Invalid");
            }

            return;
        }

        if (!attributes.Reinvocation.Calls(identity))
        {
            return;
        }

        var before = attributes.Object!.DeepClone();
        foreach (var mutation in policy.Spec.Items("mutations"))
        {
            // Each mutation sees what the one before made of the object, and runs also after one that failed.
            if (Mutate(policy, mutation, attributes, kind, parameter) is { } fault)
            {
                Note(faults, concern, fault, "Invalid");
            }
        }

        attributes.Reinvocation.Called(
            identity, policy.Spec.Text("reinvocationPolicy") == "IfNeeded", !JsonNode.DeepEquals(before, attributes.Object), attributes.Object);
    }

    /// <summary>Applies one mutation, which has a budget of its own.</summary>
    /// <returns>Why that failed, or null.</returns>
    private static string? Mutate(AdmissionPolicy policy, JsonObject mutation, AdmissionAttributes attributes, ResourceKind kind, JsonObject? parameter)
    {
        var budget = new CostBudget(PolicyExpressions.Budget);
        var values = policy.Values(attributes, kind, parameter, budget);
        var isPatch = mutation.Text("patchType") == "JSONPatch";
        var expression = mutation.Object(isPatch ? "jsonPatch" : "applyConfiguration").Text("expression");
        var current = AdmissionRequests.Present(attributes.Object, kind, attributes)!;
        if (Evaluate(policy, expression, values, budget, out var value) is { } failed)
        {
            return failed;
        }

        var changed = isPatch ? Patch(current, value!, out var why) : Apply(current, value!, kind, out why);
        return why ?? attributes.TakeOver(changed, kind)?.Message;
    }

    private static string? Evaluate(AdmissionPolicy policy, string expression, CelActivation values, CostBudget budget, out CelValue? value)
    {
        value = null;
        var compilation = PolicyExpressions.Compile(policy.Scope, expression);
        if (compilation.Program is not { } program)
        {
            return $"compilation error: compilation failed: {compilation.Message}";
        }

        var result = budget.Evaluate(program, values);
        value = result.Value;
        return budget.IsSpent ? CostBudget.Spent : result.Failure is { } failure ? $"expression '{expression}' resulted in error: {failure.Message}" : null;
    }

    private static JsonNode? Patch(JsonObject current, CelValue value, out string? fault)
    {
        var patch = CelJson.ToJson(value, out fault);
        if (fault is not null)
        {
            fault = "error converting JSONPatch: " + fault;
            return null;
        }

        var patched = JsonPatch.Apply(current, Encoding.UTF8.GetBytes(patch?.ToJsonString() ?? "[]"), null);
        fault = patched.Failure is { } failure ? "error applying JSON Patch: " + failure.Message : null;
        return patched.Result;
    }

    private static JsonObject? Apply(JsonObject current, CelValue value, ResourceKind kind, out string? fault)
    {
        if (MutationTypes.TypeNameErrors(value).ToList() is { Count: > 0 } names)
        {
            fault = "type mismatch: " + string.Join("; ", names);
            return null;
        }

        if (CelJson.ToJson(value, out fault) is not JsonObject configuration)
        {
            fault = $"expected a map, got {fault ?? "null"}";
            return null;
        }

        var schema = OpenApiSchemas.For(kind.GroupVersionKind);
        if (Atomic(configuration, schema, "") is { } atomic)
        {
            fault = $"invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: {atomic}";
            return null;
        }

        AppliedMerge.Merge(current, configuration, schema);
        return current;
    }

    /// <summary>The first list or map of a configuration that can only be replaced as a whole; nobody may do that by the way.</summary>
    private static string? Atomic(JsonNode? node, SchemaNode? schema, string path)
    {
        switch (node)
        {
            case JsonObject members:
                return path.Length > 0 && schema is not null && MergeShapes.Of(schema, members) == MergeShape.Leaf
                    ? path
                    : members.Select(member => Atomic(member.Value, schema?.Child(member.Key), $"{path}.{member.Key}")).FirstOrDefault(found => found is not null);
            case JsonArray items:
                return schema is null || MergeShapes.Of(schema, items) == MergeShape.Leaf ? path : null;
            default:
                return null;
        }
    }
}
