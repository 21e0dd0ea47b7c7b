using System.Collections.Immutable;
using Orchestrator.Cel.Checking;
using Orchestrator.Cel.Evaluation;
using Orchestrator.Cel.Libraries;
using Orchestrator.Cel.Parsing;
using Orchestrator.Cel.Schemas;

namespace Orchestrator.Cel;

/// <summary>
/// The entry point: what expressions may use, and the compiler for them. An environment is immutable, shareable and meant to be kept; every
/// <c>With…</c> answers a new one.
/// <code>
/// var environment = CelEnvironment.Kubernetes.WithVariable("self", schema.ToDeclType(isResourceRoot: true).Named("selfType1"));
/// var compilation = environment.Compile("self.spec.replicas &lt;= 5");
/// if (compilation.Program is not { } program) return compilation.Message;            // upstream's text, "ERROR: &lt;input&gt;:1:6: …"
/// if (program.EstimateCost().Max > CelCosts.EstimatedExpressionLimit) …              // custom resources check it before they accept a rule
/// var result = program.Evaluate(new CelActivation().Set("self", JsonCel.ToValue(json, schema)), CelCosts.PerCallLimit);
/// if (result.Failure is { } failure) return failure.Message;                         // "no such key: x", "operation cancelled: actual cost limit exceeded"
/// budget -= result.Cost;
/// </code>
/// Nothing here throws on what users write; compiled programs are immutable and may run on any number of threads at once.
/// </summary>
public sealed class CelEnvironment
{
    private readonly ImmutableDictionary<string, CelType> _variables;
    private readonly ImmutableDictionary<string, CelDeclType> _sized;
    private readonly ImmutableList<ICelTypeProvider> _providers;
    private readonly ImmutableList<CelLibrary> _libraries;
    private readonly string _container;
    private readonly bool _literalRules;
    private readonly CelLibraryBuilder _built;
    private readonly CelMacros _macros;
    private readonly CelDeclarations _declarations;

    private CelEnvironment(
        ImmutableDictionary<string, CelType> variables,
        ImmutableDictionary<string, CelDeclType> sized,
        ImmutableList<ICelTypeProvider> providers,
        ImmutableList<CelLibrary> libraries,
        string container,
        bool literalRules,
        CelLibraryBuilder? built,
        CelMacros? macros)
    {
        _variables = variables;
        _sized = sized;
        _providers = providers;
        _libraries = libraries;
        _container = container;
        _literalRules = literalRules;
        _built = built ?? CelLibraryBuilder.Build(libraries);
        _macros = macros ?? new CelMacros(_built.Macros);
        _declarations = new CelDeclarations
        {
            Variables = variables,
            Functions = _built.Functions,
            Types = _built.Types,
            Providers = providers,
            Container = container,
            HomogeneousLiterals = literalRules,
        };
    }

    /// <summary>The language of the specification, without extensions.</summary>
    public static CelEnvironment Standard { get; } = Create([CelLibrary.Standard], literalRules: false);

    /// <summary>What Kubernetes 1.36 offers to every expression: the language, optional values, and its libraries.</summary>
    /// <remarks>Upstream: pkg/cel/environment/base.go of the apiserver at compatibility version 1.36. Literals must be of one type,
    /// and constant durations, timestamps and regular expressions must be readable.</remarks>
    public static CelEnvironment Kubernetes { get; } = Create(CelLibrary.Kubernetes, literalRules: true);

    /// <summary>Declares a variable.</summary>
    public CelEnvironment WithVariable(string name, CelType type) =>
        new(_variables.SetItem(name, type), _sized.Remove(name), _providers, _libraries, _container, _literalRules, _built, _macros);

    /// <summary>Declares a variable by the shape of its data, which also tells the cost estimate how large it may be.</summary>
    public CelEnvironment WithVariable(string name, CelDeclType type) =>
        new(_variables.SetItem(name, type.Type), _sized.SetItem(name, type), _providers.Add(new DeclTypeProvider(type)), _libraries, _container, _literalRules, _built, _macros);

    /// <summary>Adds object types.</summary>
    public CelEnvironment WithTypes(ICelTypeProvider provider) => new(_variables, _sized, _providers.Add(provider), _libraries, _container, _literalRules, _built, _macros);

    /// <summary>Adds libraries.</summary>
    public CelEnvironment WithLibraries(params CelLibrary[] libraries) =>
        new(_variables, _sized, _providers, _libraries.AddRange(libraries.Except(_libraries)), _container, _literalRules, null, null);

    /// <summary>Sets the namespace that names are looked up in first.</summary>
    public CelEnvironment WithContainer(string container) => new(_variables, _sized, _providers, _libraries, container, _literalRules, _built, _macros);

    /// <summary>Compiles an expression: the program, or what is wrong with the expression.</summary>
    public CelCompilation Compile(string expression)
    {
        var source = new CelSource(expression);
        var issues = new CelIssues(source);
        if (CelParser.Parse(source, issues, _macros, _built.OptionalSyntax) is not { } tree) return CelCompilation.Failed(issues.ToList());
        CelChecker.Check(tree, _declarations, issues);
        if (_literalRules && !issues.Any) CelLiteralRules.CheckConstants(tree, issues);
        return issues.Any ? CelCompilation.Failed(issues.ToList()) : Plan(expression, tree);
    }

    /// <summary>Compiles an expression whatever the checker says of it; what does not fit fails when it runs.</summary>
    internal CelCompilation CompileUnchecked(string expression)
    {
        var source = new CelSource(expression);
        var issues = new CelIssues(source);
        if (CelParser.Parse(source, issues, _macros, _built.OptionalSyntax) is not { } tree) return CelCompilation.Failed(issues.ToList());
        CelChecker.Check(tree, _declarations, new CelIssues(source));
        return Plan(expression, tree);
    }

    private CelCompilation Plan(string expression, CelExpression tree)
    {
        var planner = new CelPlanner(_declarations);
        var step = planner.Plan(tree);
        return CelCompilation.Succeeded(new CelProgram(expression, tree, step, planner.GlobalCount, planner.LocalCount, _sized));
    }

    private static CelEnvironment Create(IEnumerable<CelLibrary> libraries, bool literalRules) => new(
        ImmutableDictionary.Create<string, CelType>(StringComparer.Ordinal),
        ImmutableDictionary.Create<string, CelDeclType>(StringComparer.Ordinal),
        [],
        [.. libraries],
        string.Empty,
        literalRules,
        null,
        null);
}
