namespace Orchestrator.Cel.Schemas;

/// <summary>The object types of a shape.</summary>
internal sealed class DeclTypeProvider : ICelTypeProvider
{
    private readonly Dictionary<string, CelDeclType> _objects = new(StringComparer.Ordinal);

    public DeclTypeProvider(CelDeclType root) => Collect(root);

    public bool IsObjectType(string name) => _objects.ContainsKey(name);

    public CelType? FindField(string objectType, string field)
    {
        if (!_objects.TryGetValue(objectType, out var type)) return null;
        if (type.Fields.TryGetValue(field, out var found)) return found.Type;
        return FieldNames.IsReserved(field) && type.Fields.TryGetValue($"__{field}__", out found) ? found.Type : null;
    }

    public IEnumerable<string> Fields(string objectType) => _objects.TryGetValue(objectType, out var type) ? type.Fields.Keys : [];

    private void Collect(CelDeclType type)
    {
        if (type.Type.Kind == CelTypeKind.Object && !_objects.TryAdd(type.Type.RuntimeName, type)) return;
        if (type.Element is not null) Collect(type.Element);
        foreach (var field in type.Fields.Values) Collect(field);
    }
}
