using Orchestrator.Cel.Checking;
using Orchestrator.Cel.Parsing;

namespace Orchestrator.Cel.Libraries;

/// <summary>What the libraries of an environment declare.</summary>
internal sealed class CelLibraryBuilder
{
    public CelFunctions Functions { get; } = new();

    public List<CelMacro> Macros { get; } = [];

    public Dictionary<string, CelType> Types { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether <c>?</c> marks optional selections and entries.</summary>
    public bool OptionalSyntax { get; set; }

    public static CelLibraryBuilder Build(IEnumerable<CelLibrary> libraries)
    {
        var builder = new CelLibraryBuilder();
        foreach (var library in libraries) library.Declare(builder);
        return builder;
    }

    /// <summary>Lets expressions name an opaque type.</summary>
    public void Type(CelType type) => Types[type.RuntimeName] = type;
}
