using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Orchestrator.Api.Admission.Matching;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Registry;
using Orchestrator.Api.Views;
using Orchestrator.Cel;

namespace Orchestrator.Api.Admission.Policies;

/// <summary>A policy with its compiled expressions; the binding says where it holds.</summary>
internal sealed class AdmissionPolicy
{
    // A policy is read and compiled once however many requests it is about; it lives as long as the stored object.
    private static readonly ConditionalWeakTable<StoredObject, AdmissionPolicy> Read = [];
    private static readonly ConditionalWeakTable<StoredObject, JsonObject> Bindings = [];

    private readonly Dictionary<string, CelProgram> variables = new(StringComparer.Ordinal);

    private AdmissionPolicy(StoredObject stored)
    {
        Name = stored.Key.Name;
        Spec = stored.ToJson().Object("spec") ?? [];
        ParamKind = Spec.Object("paramKind");
        Conditions = PolicyExpressions.OfPolicy(ParamKind is not null, mutates: stored.Key.Resource.StartsWith("mutating", StringComparison.Ordinal));
        (Scope, Fault) = Conditions.WithVariables(Spec.Items("variables").Select(variable => (variable.Text("name"), variable.Text("expression"))), variables);
    }

    /// <summary>The policy's name.</summary>
    public string Name { get; }

    /// <summary>The spec.</summary>
    public JsonObject Spec { get; }

    /// <summary>The kind of its parameters; null when it has none.</summary>
    public JsonObject? ParamKind { get; }

    /// <summary>What its conditions can see.</summary>
    public ExpressionScope Conditions { get; }

    /// <summary>What its other expressions can see.</summary>
    public ExpressionScope Scope { get; }

    /// <summary>What is wrong with its variables; null: nothing.</summary>
    public string? Fault { get; }

    /// <summary>True: requests go on when it cannot be evaluated.</summary>
    public bool FailsOpen => Spec.Text("failurePolicy") == "Ignore";

    /// <summary>The policies of a resource with their bindings that concern a request, by the policies' names.</summary>
    public static IEnumerable<PolicyConcern> Concerning(AdmissionAttributes attributes, GroupResource policies, GroupResource bindings)
    {
        var bound = Bound(attributes.At.View, bindings);
        if (bound.Count == 0)
        {
            yield break;
        }

        foreach (var stored in attributes.At.View.List(policies).OrderBy(stored => stored.Key.Name, StringComparer.Ordinal))
        {
            var policy = Read.GetValue(stored, one => new AdmissionPolicy(one));
            if (!bound.TryGetValue(policy.Name, out var own) || Match(policy.Spec.Object("matchConstraints"), attributes) is not { } kind)
            {
                continue;
            }

            ResourceKind? parameters = null;
            if (policy.ParamKind is { } named)
            {
                var wanted = GroupVersionText.Read(named);
                parameters = attributes.FindKind((wanted.Group, wanted.Version), wanted.Kind);
                if (parameters is null)
                {
                    // The policy itself is at fault, whatever its bindings say.
                    yield return new PolicyConcern(policy, kind)
                    {
                        Fault = $"failed to configure policy: failed to find resource referenced by paramKind: '{GroupVersionText.Of(wanted)}'",
                    };
                    continue;
                }
            }

            foreach (var (name, spec) in own)
            {
                if (spec.Object("matchResources") is not { } narrower || Match(narrower, attributes) is not null)
                {
                    yield return Bind(new PolicyConcern(policy, kind) { Binding = name, BindingSpec = spec }, parameters, attributes);
                }
            }
        }
    }

    /// <summary>The values that the expressions see for one parameter.</summary>
    /// <param name="attributes">The request.</param>
    /// <param name="kind">The kind as which the request is told.</param>
    /// <param name="parameter">The parameter; null: none.</param>
    /// <param name="budget">What evaluations may cost.</param>
    public CelActivation Values(AdmissionAttributes attributes, ResourceKind kind, JsonObject? parameter, CostBudget budget)
    {
        var values = RequestValues.Of(attributes, kind).Set("params", Cel.Json.JsonCel.ToValue(parameter));
        return values.SetLazy("variables", () => new PolicyVariables(variables, values, budget));
    }

    private static PolicyConcern Bind(PolicyConcern concern, ResourceKind? parameters, AdmissionAttributes attributes)
    {
        var found = PolicyParameters.Collect(parameters, concern.BindingSpec, attributes, out var fault);
        return concern with { Parameters = found, Fault = fault is null ? null : "failed to configure binding: " + fault };
    }

    private static Dictionary<string, List<(string Name, JsonObject Spec)>> Bound(IClusterView view, GroupResource bindings)
    {
        var bound = new Dictionary<string, List<(string, JsonObject)>>(StringComparer.Ordinal);
        foreach (var stored in view.List(bindings).OrderBy(stored => stored.Key.Name, StringComparer.Ordinal))
        {
            var spec = Bindings.GetValue(stored, one => one.ToJson().Object("spec") ?? []);
            var policy = spec.Text("policyName");
            if (!bound.TryGetValue(policy, out var list))
            {
                bound.Add(policy, list = []);
            }

            list.Add((stored.Key.Name, spec));
        }

        return bound;
    }

    /// <summary>The kind as which a request is chosen; null when it is not. Without rules all requests are chosen.</summary>
    private static ResourceKind? Match(JsonObject? match, AdmissionAttributes attributes)
    {
        var isEquivalent = match.Text("matchPolicy") != "Exact";
        if (!MatchSelectors.ChooseNamespace(match.Object("namespaceSelector"), attributes)
            || !MatchSelectors.ChooseObject(match.Object("objectSelector"), attributes)
            || Rule(match.Items("excludeResourceRules"), isEquivalent, attributes) is not null)
        {
            return null;
        }

        return match.Items("resourceRules").Any() ? Rule(match.Items("resourceRules"), isEquivalent, attributes) : attributes.Kind;
    }

    /// <summary>Rules of policies may name objects, too.</summary>
    private static ResourceKind? Rule(IEnumerable<JsonObject> rules, bool isEquivalent, AdmissionAttributes attributes) => ResourceRules.Match(
        rules.Where(rule => rule.Array("resourceNames") is not { Count: > 0 } || rule.Texts("resourceNames").Contains(attributes.Key.Name, StringComparer.Ordinal)),
        isEquivalent,
        attributes);
}

/// <summary>A policy that concerns a request, with one of its bindings.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Kind">The kind as which it is asked about the request.</param>
internal sealed record PolicyConcern(AdmissionPolicy Policy, ResourceKind Kind)
{
    /// <summary>The binding's name; null when it is the policy itself that is at fault.</summary>
    public string? Binding { get; init; }

    /// <summary>The binding's spec.</summary>
    public JsonObject BindingSpec { get; init; } = [];

    /// <summary>The parameters, each of which is a case of its own; null stands for none.</summary>
    public IReadOnlyList<JsonObject?> Parameters { get; init; } = [];

    /// <summary>Why the policy cannot be asked; null: it can.</summary>
    public string? Fault { get; init; }

    /// <summary>Who says what, as in <c>'p' with binding 'b' denied request: no</c>.</summary>
    public string Denial(string message) => $"'{Policy.Name}'{(Binding is null ? "" : $" with binding '{Binding}'")} denied request: {message}";
}
