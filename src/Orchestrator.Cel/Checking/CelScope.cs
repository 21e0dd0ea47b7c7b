namespace Orchestrator.Cel.Checking;

/// <summary>The names that comprehensions declare, innermost first.</summary>
internal sealed class CelScope(CelScope? outer)
{
    private readonly Dictionary<string, CelType> _names = new(StringComparer.Ordinal);

    public CelScope? Outer { get; } = outer;

    public void Declare(string name, CelType type) => _names[name] = type;

    public CelType? Find(string name) => _names.TryGetValue(name, out var type) ? type : Outer?.Find(name);
}
