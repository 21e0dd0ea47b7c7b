using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Checking;

/// <summary>The functions of an environment; libraries add to it while the environment is built, then it is only read.</summary>
internal sealed class CelFunctions
{
    private readonly Dictionary<string, CelFunction> _functions = new(StringComparer.Ordinal);

    public CelFunctions()
    {
    }

    private CelFunctions(CelFunctions other)
    {
        foreach (var (name, function) in other._functions)
        {
            var copy = new CelFunction(name) { IsOperator = function.IsOperator };
            foreach (var overload in function.Overloads) copy.Add(overload);
            _functions.Add(name, copy);
        }
    }

    public CelFunctions Copy() => new(this);

    public CelFunction? Find(string name) => _functions.GetValueOrDefault(name);

    /// <summary>Declares <c>function(arguments)</c>.</summary>
    public void Global(string function, string id, CelType[] arguments, CelType result, CelImplementation implementation) =>
        Add(function, id, arguments, result, implementation, isMember: false, isOperator: false);

    /// <summary>Declares <c>arguments[0].function(the other arguments)</c>.</summary>
    public void Member(string function, string id, CelType[] arguments, CelType result, CelImplementation implementation) =>
        Add(function, id, arguments, result, implementation, isMember: true, isOperator: false);

    /// <summary>Declares a signature of an operator, whose meaning the evaluator knows.</summary>
    public void Operator(string function, string id, CelType[] arguments, CelType result) =>
        Add(function, id, arguments, result, static _ => CelError.NoSuchOverload, isMember: false, isOperator: true);

    private void Add(string name, string id, CelType[] arguments, CelType result, CelImplementation implementation, bool isMember, bool isOperator)
    {
        if (!_functions.TryGetValue(name, out var function)) _functions.Add(name, function = new CelFunction(name) { IsOperator = isOperator });
        if (function.Overloads.Any(overload => overload.Id == id)) return;
        var parameters = new HashSet<string>(StringComparer.Ordinal);
        foreach (var type in arguments.Append(result)) CollectParameters(type, parameters);
        function.Add(new CelOverload
        {
            Id = id,
            IsMember = isMember,
            Arguments = arguments,
            Result = result,
            Implementation = implementation,
            TypeParameters = [.. parameters],
        });
    }

    private static void CollectParameters(CelType type, HashSet<string> names)
    {
        if (type.Kind == CelTypeKind.Parameter) names.Add(type.RuntimeName);
        foreach (var parameter in type.Parameters) CollectParameters(parameter, names);
    }
}
