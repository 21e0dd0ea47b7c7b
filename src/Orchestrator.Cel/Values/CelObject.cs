using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Cel.Values;

/// <summary>An object that an expression constructed, <c>Object.spec{replicas: 1}</c>.</summary>
/// <remarks>Upstream: mutation/dynamic/objects.go. Only the fields that were written are in it; that is what makes it an apply configuration.</remarks>
public sealed class CelObject(CelType type, IReadOnlyDictionary<string, CelValue> fields, IReadOnlyDictionary<string, CelValue> defaults) : CelValue
{
    public override CelType Type { get; } = type;

    /// <summary>The fields that the expression wrote.</summary>
    public IReadOnlyDictionary<string, CelValue> Fields { get; } = fields;

    /// <summary>The value of a field: what was written, or the zero value of a declared field.</summary>
    public bool TryGet(string field, [NotNullWhen(true)] out CelValue? value) => Fields.TryGetValue(field, out value) || defaults.TryGetValue(field, out value);

    public override bool EqualTo(CelValue other) =>
        other is CelObject obj && obj.Type.Equals(Type) && obj.Fields.Count == Fields.Count
        && Fields.All(field => obj.Fields.TryGetValue(field.Key, out var theirs) && field.Value.EqualTo(theirs));

    internal override int Hash() => Type.RuntimeName.GetHashCode(StringComparison.Ordinal) ^ Fields.Count;
}
