using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Json;

/// <summary>The object types that mutating admission policies construct: <c>Object{…}</c>, <c>Object.spec{…}</c> and <c>JSONPatch{…}</c>.</summary>
/// <remarks>Upstream: DynamicTypeResolver in pkg/cel/mutation of the apiserver. Fields of objects are of any name and type.</remarks>
public sealed class MutationTypes : ICelTypeProvider
{
    private const string Root = "Object";
    private const string Patch = "JSONPatch";

    private MutationTypes()
    {
    }

    /// <summary>The provider, for <see cref="CelEnvironment.WithTypes"/>.</summary>
    public static MutationTypes Instance { get; } = new();

    /// <summary>The type that an apply configuration must be of.</summary>
    public static CelType ObjectType { get; } = CelType.Object(Root);

    /// <summary>The type that the elements of a patch must be of.</summary>
    public static CelType JsonPatchType { get; } = CelType.Object(Patch);

    public bool IsObjectType(string name) => name is Root or Patch || name.StartsWith(Root + ".", StringComparison.Ordinal);

    public CelType? FindField(string objectType, string field) => objectType != Patch ? CelType.Dyn : field switch
    {
        "op" or "from" or "path" => CelType.String,
        "value" => CelType.Dyn,
        _ => null,
    };

    public IEnumerable<string> Fields(string objectType) => objectType == Patch ? ["op", "from", "path", "value"] : [];

    /// <summary>
    /// What is wrong with the type names inside of an apply configuration, in upstream's words; nothing when each object is named by the path of
    /// fields that leads to it, <c>Object.spec.template</c>.
    /// </summary>
    public static IEnumerable<string> TypeNameErrors(CelValue value) => Errors(value, value.Type.RuntimeName);

    private static IEnumerable<string> Errors(CelValue value, string path)
    {
        switch (value)
        {
            case CelObject obj:
                var name = obj.Type.RuntimeName;
                if (name != path) yield return $"unexpected type name \"{name}\", expected \"{path}\", which matches field name path from root Object type";
                foreach (var error in obj.Fields.SelectMany(field => Errors(field.Value, $"{path}.{field.Key}"))) yield return error;
                break;
            case CelList list:
                foreach (var error in Enumerable.Range(0, list.Count).SelectMany(i => Errors(list[i], path))) yield return error;
                break;
            case CelMap map:
                foreach (var error in map.Keys.SelectMany(key => map.TryGet(key, out var item) ? Errors(item, path) : [])) yield return error;
                break;
            default:
                break;
        }
    }
}
