namespace Orchestrator.Cel.Libraries;

/// <summary>A named set of functions, macros and types that an environment can have.</summary>
public sealed class CelLibrary
{
    private readonly Action<CelLibraryBuilder> _declare;

    private CelLibrary(string name, Action<CelLibraryBuilder> declare)
    {
        Name = name;
        _declare = declare;
    }

    /// <summary>The language itself.</summary>
    public static CelLibrary Standard { get; } = new("cel.std", StandardLibrary.Declare);

    /// <summary>Optional values: <c>optional.of</c>, <c>a.?b</c>, <c>a[?b]</c>, <c>orValue</c>.</summary>
    public static CelLibrary Optionals { get; } = new("cel.lib.optional", OptionalLibrary.Declare);

    /// <summary>What Kubernetes 1.36 enables for every expression.</summary>
    public static IReadOnlyList<CelLibrary> Kubernetes { get; } = [Standard, Optionals];

    /// <summary>The name that upstream registers the library by.</summary>
    public string Name { get; }

    internal void Declare(CelLibraryBuilder builder) => _declare(builder);
}
