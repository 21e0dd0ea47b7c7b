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

        foreach (var (policy, binding, spec, kind) in concerning)
        {
            var parameters = PolicyParameters.Collect(policy, spec, attributes, out var fault);
            if (fault is not null && !policy.FailsOpen)
            {
                return Deny(attributes, policy, binding, $"failed to configure binding: {fault}");
            }

            for (var index = 0; index < parameters.Count; index++)
            {
                var identity = $"policy/{policy.Name}/{binding}/{index}";
                if (!attributes.Reinvocation.Calls(identity))
                {
                    continue;
                }

                var before = attributes.Object.DeepClone();
                if (Mutate(policy, attributes, kind, parameters[index]) is { } failed && !policy.FailsOpen)
                {
                    return Deny(attributes, policy, binding, failed);
                }

                attributes.Reinvocation.Called(
                    identity, policy.Spec.Text("reinvocationPolicy") == "IfNeeded", !JsonNode.DeepEquals(before, attributes.Object), attributes.Object);
            }
        }

        return null;
    }

    /// <summary>Applies the mutations of a policy.</summary>
    /// <returns>Why that failed, or null.</returns>
    private static string? Mutate(AdmissionPolicy policy, AdmissionAttributes attributes, ResourceKind kind, JsonObject? parameter)
    {
        if (policy.Fault is { } broken)
        {
            return "compilation error: compilation failed: " + broken;
        }

        var budget = new CostBudget(PolicyExpressions.Budget);
        if (!MatchConditions.Hold(policy.Spec.Items("matchConditions"), policy.Conditions, policy.Values(attributes, kind, parameter, budget), out var fault))
        {
            return fault;
        }

        foreach (var mutation in policy.Spec.Items("mutations"))
        {
            // Each mutation sees what the one before made of the object.
            var values = policy.Values(attributes, kind, parameter, budget);
            var isPatch = mutation.Text("patchType") == "JSONPatch";
            var expression = mutation.Object(isPatch ? "jsonPatch" : "applyConfiguration").Text("expression");
            var current = AdmissionRequests.Present(attributes.Object, kind, attributes)!;
            if (Evaluate(policy, expression, values, budget, out var value) is { } failed)
            {
                return failed;
            }

            var changed = isPatch ? Patch(current, value!, out var why) : Apply(current, value!, kind, out why);
            if (why is not null)
            {
                return why;
            }

            if (attributes.TakeOver(changed, kind) is { } unreadable)
            {
                return unreadable.Message;
            }
        }

        return null;
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
        return result.Failure is { } failure ? $"expression '{expression}' resulted in error: {failure.Message}" : null;
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

    private static ApiStatus Deny(AdmissionAttributes attributes, AdmissionPolicy policy, string binding, string fault) =>
        attributes.Forbid($"policy '{policy.Name}' with binding '{binding}' denied request: {fault}");
}
