using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Registry;
using Orchestrator.Cel;
using Orchestrator.Cel.Libraries;
using Orchestrator.Cel.Schemas;

namespace Orchestrator.Api.Admission.Policies;

/// <summary>What the schemas of the kinds that a policy matches say against its expressions: a misspelt field above all. It warns and refuses nothing.</summary>
/// <remarks>Upstream: apiserver/pkg/admission/plugin/policy/validating/typechecking.go.</remarks>
public static class PolicyTypeChecks
{
    /// <summary>Kinds that one rule is checked against; further ones are not looked at. Upstream's bound.</summary>
    private const int MaxKinds = 10;

    /// <summary>The warnings, in the order of the expressions.</summary>
    /// <param name="policy">A ValidatingAdmissionPolicy.</param>
    /// <param name="kinds">The kinds that the server knows.</param>
    public static IReadOnlyList<ExpressionWarning> Of(JsonObject policy, KindRegistry kinds)
    {
        ArgumentNullException.ThrowIfNull(kinds);
        var spec = policy.Object("spec");
        var environments = Matched(spec.Object("matchConstraints"), kinds)
            .Select(kind => (kind, Environment(kind, spec, kinds))).Where(pair => pair.Item2 is not null).ToList();
        var warnings = new List<ExpressionWarning>();
        var index = 0;
        foreach (var validation in spec.Items("validations"))
        {
            foreach (var field in (string[])["expression", "messageExpression"])
            {
                var text = string.Join('\n', environments.Select(pair => Fault(pair.kind, pair.Item2!, validation.Text(field))).OfType<string>());
                if (text.Length > 0)
                {
                    warnings.Add(new ExpressionWarning(string.Create(CultureInfo.InvariantCulture, $"spec.validations[{index}].{field}"), text));
                }
            }

            index++;
        }

        return warnings;
    }

    private static string? Fault(ResourceKind kind, CelEnvironment environment, string expression) =>
        expression.Length > 0 && environment.Compile(expression) is { Program: null } failed ? $"{GroupVersionText.Of(kind.GroupVersionKind)}: {failed.Message}\n" : null;

    /// <summary>The kinds that the rules name outright. Where a rule says "all" there is nothing to check against.</summary>
    private static IEnumerable<ResourceKind> Matched(JsonObject? match, KindRegistry kinds)
    {
        var found = new HashSet<ResourceKind>();
        foreach (var rule in match.Items("resourceRules"))
        {
            var (groups, versions) = (Named(rule, "apiGroups"), Named(rule, "apiVersions"));
            var resources = rule.Texts("resources").Where(resource => resource.AsSpan().IndexOfAny('*', '/') < 0).Order(StringComparer.Ordinal).ToList();
            found.UnionWith(groups.SelectMany(group => versions.SelectMany(version => resources.Select(resource => kinds.Find(group, version, resource))))
                .OfType<ResourceKind>().Take(MaxKinds));
        }

        return found.DistinctBy(kind => kind.GroupVersionKind)
            .OrderBy(kind => kind.Group, StringComparer.Ordinal).ThenBy(kind => kind.Version, StringComparer.Ordinal).ThenBy(kind => kind.Kind, StringComparer.Ordinal);
    }

    private static List<string> Named(JsonObject rule, string list) => rule.Texts(list).Any(text => text.Contains('*', StringComparison.Ordinal))
        ? []
        : [.. rule.Texts(list).Order(StringComparer.Ordinal)];

    /// <summary>What expressions see of a request about a kind; null when nothing is known of the kind.</summary>
    private static CelEnvironment? Environment(ResourceKind kind, JsonObject? spec, KindRegistry kinds)
    {
        if (KindShapes.Of(kind) is not { } shape)
        {
            return null;
        }

        var environment = CelEnvironment.Kubernetes
            .WithVariable("object", shape)
            .WithVariable("oldObject", shape)
            .WithVariable("request", PolicyShapes.Request)
            .WithVariable("namespaceObject", PolicyShapes.Namespace)
            .WithVariable("authorizer", CelAuthorization.AuthorizerType)
            .WithVariable("authorizer.requestResource", CelAuthorization.ResourceCheckType);
        if (spec.Object("paramKind") is { } parameters && kinds.Find(GroupVersionText.Read(parameters)) is { } parameter && KindShapes.Of(parameter) is { } known)
        {
            environment = environment.WithVariable("params", known);
        }

        var fields = new Dictionary<string, CelDeclType>(StringComparer.Ordinal);
        var scope = environment;
        foreach (var variable in spec.Items("variables"))
        {
            fields[variable.Text("name")] = Variable(scope.Compile(variable.Text("expression")).Program);
            scope = environment.WithVariable(
                "variables", CelDeclType.Object(new Dictionary<string, CelDeclType>(fields, StringComparer.Ordinal), 0).Named("kubernetes.variables"));
        }

        return scope;
    }

    private static CelDeclType Variable(CelProgram? program) => program is null ? CelDeclType.Dyn : CelDeclType.Simple(Known(program.ResultType), 1, int.MaxValue);

    /// <summary>A variable's type as upstream passes it on: lists, maps and plain values; of objects nothing is known.</summary>
    private static CelType Known(CelType type) => type.Kind switch
    {
        CelTypeKind.List => CelType.ListOf(Known(type.Parameters[0])),
        CelTypeKind.Map => CelType.MapOf(Known(type.Parameters[0]), Known(type.Parameters[1])),
        CelTypeKind.Object => CelType.Dyn,
        _ => type,
    };
}

/// <summary>What is to be said of one expression.</summary>
/// <param name="FieldRef">Its path in the policy.</param>
/// <param name="Warning">What is wrong, for each kind.</param>
public sealed record ExpressionWarning(string FieldRef, string Warning);
