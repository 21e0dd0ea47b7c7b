using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Checking;

/// <summary>What names mean in an environment: variables, types and functions, seen from a container.</summary>
internal sealed class CelDeclarations
{
    private static readonly Dictionary<string, CelType> BuiltIn = new[]
    {
        CelType.Bool, CelType.Bytes, CelType.Double, CelType.Duration, CelType.Int, CelType.AnyList, CelType.AnyMap, CelType.Null, CelType.String,
        CelType.Timestamp, CelType.TypeOfTypes, CelType.Uint, CelType.AnyOptional,
    }.ToDictionary(type => type.RuntimeName, StringComparer.Ordinal);

    public required IReadOnlyDictionary<string, CelType> Variables { get; init; }

    public required CelFunctions Functions { get; init; }

    public required IReadOnlyList<ICelTypeProvider> Providers { get; init; }

    /// <summary>Opaque types that expressions may name, such as <c>kubernetes.Quantity</c>.</summary>
    public required IReadOnlyDictionary<string, CelType> Types { get; init; }

    public string Container { get; init; } = string.Empty;

    public bool HomogeneousLiterals { get; init; }

    /// <summary>The variable or type of a name, looked up from the innermost container outwards.</summary>
    public (string Name, CelType Type, CelValue? Constant)? FindName(string name)
    {
        foreach (var candidate in Candidates(name))
        {
            if (Variables.TryGetValue(candidate, out var variable)) return (candidate, variable, null);
            if (FindType(candidate) is { } type) return (candidate, CelType.TypeOf(type), new CelTypeValue(type));
        }

        return null;
    }

    public CelFunction? FindFunction(string name)
    {
        foreach (var candidate in Candidates(name))
        {
            if (Functions.Find(candidate) is { } function) return function;
        }

        return null;
    }

    /// <summary>The full name of an object type, or null.</summary>
    public string? FindObject(string name) => Candidates(name).FirstOrDefault(IsObject);

    public CelType? FindField(string objectType, string field)
    {
        foreach (var provider in Providers)
        {
            if (provider.IsObjectType(objectType)) return provider.FindField(objectType, field);
        }

        return null;
    }

    private CelType? FindType(string name) =>
        BuiltIn.TryGetValue(name, out var builtIn) ? builtIn
        : Types.TryGetValue(name, out var opaque) ? opaque
        : IsObject(name) ? CelType.Object(name)
        : null;

    private bool IsObject(string name) => Providers.Any(provider => provider.IsObjectType(name));

    private IEnumerable<string> Candidates(string name)
    {
        if (name.StartsWith('.')) return [name[1..]];
        return Container.Length == 0 ? [name] : InContainer(name);
    }

    private IEnumerable<string> InContainer(string name)
    {
        for (var prefix = Container; prefix.Length > 0; prefix = prefix.LastIndexOf('.') is var dot && dot < 0 ? string.Empty : prefix[..dot]) yield return $"{prefix}.{name}";
        yield return name;
    }
}
