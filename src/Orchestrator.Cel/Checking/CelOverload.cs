using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Checking;

/// <summary>What a function does; the arguments start with the receiver, are no errors and are of the declared types.</summary>
internal delegate CelValue CelImplementation(ReadOnlySpan<CelValue> arguments);

/// <summary>One signature of a function.</summary>
internal sealed class CelOverload
{
    /// <summary>The identifier that the cost model knows the overload by.</summary>
    public required string Id { get; init; }

    /// <summary>Whether the first argument is the receiver, <c>receiver.function(...)</c>.</summary>
    public bool IsMember { get; init; }

    public required CelType[] Arguments { get; init; }

    public required CelType Result { get; init; }

    public required CelImplementation Implementation { get; init; }

    /// <summary>The names of the type variables that occur in the signature.</summary>
    public string[] TypeParameters { get; init; } = [];

    /// <summary>Whether values are what the signature says, as far as a value can tell.</summary>
    public bool Accepts(ReadOnlySpan<CelValue> values)
    {
        if (values.Length != Arguments.Length) return false;
        for (var i = 0; i < values.Length; i++)
        {
            if (!Accepts(Arguments[i], values[i])) return false;
        }

        return true;
    }

    private static bool Accepts(CelType declared, CelValue value) => declared.Kind switch
    {
        CelTypeKind.Dyn or CelTypeKind.Parameter => true,
        CelTypeKind.List => value is CelList,
        CelTypeKind.Map => value is CelMap,
        CelTypeKind.Object => value is CelMap || value.Type.RuntimeName == declared.RuntimeName,
        CelTypeKind.Wrapper => value is CelNull || value.Type.Kind == declared.Parameters[0].Kind,
        CelTypeKind.Opaque => value.Type.RuntimeName == declared.RuntimeName,
        _ => value.Type.Kind == declared.Kind,
    };
}

/// <summary>A function and its overloads.</summary>
internal sealed class CelFunction(string name)
{
    private readonly List<CelOverload> _overloads = [];

    public string Name { get; } = name;

    public IReadOnlyList<CelOverload> Overloads => _overloads;

    /// <summary>Whether the values themselves decide what an operator does, so that overloads are for the checker alone.</summary>
    public bool IsOperator { get; init; }

    public void Add(CelOverload overload) => _overloads.Add(overload);
}
