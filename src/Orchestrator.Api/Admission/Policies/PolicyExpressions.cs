using System.Collections.Concurrent;
using Orchestrator.Cel;
using Orchestrator.Cel.Json;
using Orchestrator.Cel.Libraries;
using Orchestrator.Cel.Schemas;

namespace Orchestrator.Api.Admission.Policies;

/// <summary>The environments of admission's expressions, and their compiled programs.</summary>
/// <remarks>Upstream: apiserver/pkg/admission/plugin/cel/compile.go. Objects are read as they are, without a schema, as upstream reads them.</remarks>
internal static class PolicyExpressions
{
    /// <summary>What all evaluations of one policy for one request may cost. Upstream: RuntimeCELCostBudget.</summary>
    public const ulong Budget = 10_000_000;

    /// <summary>What the conditions of one webhook or policy may cost. Upstream: RuntimeCELCostBudgetMatchConditions.</summary>
    public const ulong ConditionBudget = Budget / 4;

    /// <summary>Programs that are kept; with one more all are let go and compiled again when they are needed.</summary>
    private const int MaxPrograms = 2_000;

    private static readonly CelEnvironment Bare = CelEnvironment.Kubernetes
        .WithVariable("object", CelType.Dyn)
        .WithVariable("oldObject", CelType.Dyn)
        .WithVariable("request", PolicyShapes.Request)
        .WithVariable("authorizer", CelAuthorization.AuthorizerType)
        .WithVariable("authorizer.requestResource", CelAuthorization.ResourceCheckType);

    private static readonly CelEnvironment Policy = Bare.WithVariable("namespaceObject", PolicyShapes.Namespace);

    private static readonly ConcurrentDictionary<(string Environment, string Expression), CelCompilation> Compiled = new();

    /// <summary>Conditions of webhooks: neither parameters nor variables.</summary>
    public static ExpressionScope OfWebhook { get; } = new("webhook", Bare);

    /// <summary>Conditions and first variables of a policy.</summary>
    /// <param name="hasParams">Whether the policy has parameters.</param>
    /// <param name="mutates">Whether it is one that changes objects.</param>
    public static ExpressionScope OfPolicy(bool hasParams, bool mutates)
    {
        var environment = hasParams ? Policy.WithVariable("params", CelType.Dyn) : Policy;
        if (mutates)
        {
            environment = environment.WithTypes(MutationTypes.Instance).WithLibraries(CelLibrary.JsonPatch);
        }

        return new ExpressionScope($"{hasParams}/{mutates}", environment);
    }

    /// <summary>The compilation of an expression in a scope, made once.</summary>
    public static CelCompilation Compile(ExpressionScope scope, string expression)
    {
        if (Compiled.Count > MaxPrograms)
        {
            Compiled.Clear();
        }

        return Compiled.GetOrAdd((scope.Name, expression), _ => scope.Environment.Compile(expression));
    }
}

/// <summary>What an expression can see.</summary>
/// <param name="Name">What tells the scope from others: equal names see the same.</param>
/// <param name="Environment">The environment.</param>
internal sealed record ExpressionScope(string Name, CelEnvironment Environment)
{
    /// <summary>This scope with the variables of a policy, of which each sees those before it.</summary>
    /// <param name="variables">Names and expressions.</param>
    /// <param name="programs">The variables' programs.</param>
    /// <returns>The scope of what comes after; with what is wrong with the first variable that cannot be compiled.</returns>
    public (ExpressionScope Scope, string? Fault) WithVariables(
        IEnumerable<(string Name, string Expression)> variables, IDictionary<string, CelProgram> programs)
    {
        var fields = new Dictionary<string, CelDeclType>(StringComparer.Ordinal);
        var scope = this;
        foreach (var (name, expression) in variables)
        {
            var compilation = PolicyExpressions.Compile(scope, expression);
            if (compilation.Program is not { } program)
            {
                return (scope, compilation.Message);
            }

            programs[name] = program;
            fields[name] = CelDeclType.Simple(program.ResultType, 1, int.MaxValue);
            var shape = CelDeclType.Object(new Dictionary<string, CelDeclType>(fields, StringComparer.Ordinal), 0).Named("kubernetes.variables");
            scope = new ExpressionScope($"{scope.Name}\n{name}={expression}", Environment.WithVariable("variables", shape));
        }

        return (scope, null);
    }
}
