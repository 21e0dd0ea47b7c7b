namespace Orchestrator.Cel.Schemas;

/// <summary>The shape of data: its type, its fields or elements, and how large it can get in one request.</summary>
/// <remarks>Upstream: DeclType in pkg/cel/types.go of the apiserver.</remarks>
public sealed class CelDeclType
{
    private CelDeclType(CelType type) => Type = type;

    /// <summary>Any value of any size.</summary>
    public static CelDeclType Dyn { get; } = Simple(CelType.Dyn, 1, int.MaxValue);

    /// <summary>A quantity of Kubernetes, as its own type and not as the text that it is in JSON.</summary>
    public static CelDeclType Quantity { get; } = Simple(Libraries.CelQuantity.TypeOfQuantities, 8, int.MaxValue);

    /// <summary>The type that the checker sees.</summary>
    public CelType Type { get; private init; }

    /// <summary>The shape of keys of a map, or null.</summary>
    public CelDeclType? Key { get; private init; }

    /// <summary>The shape of elements of a list or values of a map, or null.</summary>
    public CelDeclType? Element { get; private init; }

    /// <summary>The fields of an object, by the names that expressions use; empty for other shapes.</summary>
    public IReadOnlyDictionary<string, CelDeclType> Fields { get; private init; } = new Dictionary<string, CelDeclType>();

    /// <summary>The most code points, bytes, elements or entries.</summary>
    public long MaxElements { get; private init; }

    /// <summary>The fewest bytes that a value takes in JSON, which bounds how many of them fit into a request.</summary>
    public long MinSerializedSize { get; private init; }

    public static CelDeclType Simple(CelType type, long minSerializedSize, long maxElements) =>
        new(type) { MinSerializedSize = minSerializedSize, MaxElements = maxElements };

    public static CelDeclType List(CelDeclType element, long maxElements) =>
        new(CelType.ListOf(element.Type)) { Element = element, MaxElements = maxElements, MinSerializedSize = 2 };

    public static CelDeclType Map(CelDeclType key, CelDeclType value, long maxElements) =>
        new(CelType.MapOf(key.Type, value.Type)) { Key = key, Element = value, MaxElements = maxElements, MinSerializedSize = 2 };

    /// <summary>An object; nameless until <see cref="Named"/> gives it, and the objects in it, names.</summary>
    public static CelDeclType Object(IReadOnlyDictionary<string, CelDeclType> fields, long minSerializedSize) =>
        new(CelType.Object(Anonymous)) { Fields = fields, MinSerializedSize = minSerializedSize };

    /// <summary>The same shape with object names that are unique below the given one: <c>name.field</c>, <c>name.@idx</c>, <c>name.@elem</c>.</summary>
    public CelDeclType Named(string name)
    {
        switch (Type.Kind)
        {
            case CelTypeKind.Object:
                var own = Type.RuntimeName == Anonymous ? name : Type.RuntimeName;
                return new(CelType.Object(own))
                {
                    Fields = Fields.ToDictionary(field => field.Key, field => field.Value.Named($"{own}.{field.Key}"), StringComparer.Ordinal),
                    MinSerializedSize = MinSerializedSize,
                    MaxElements = MaxElements,
                };
            case CelTypeKind.List:
                var element = Element!.Named($"{name}.@idx");
                return new(CelType.ListOf(element.Type)) { Element = element, MaxElements = MaxElements, MinSerializedSize = MinSerializedSize };
            case CelTypeKind.Map:
                var value = Element!.Named($"{name}.@elem");
                return new(CelType.MapOf(Key!.Type, value.Type)) { Key = Key, Element = value, MaxElements = MaxElements, MinSerializedSize = MinSerializedSize };
            default:
                return this;
        }
    }

    private const string Anonymous = "object";
}
