using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.CustomResources.Schemas;

/// <summary>The objects of the API that lie inside a custom resource: their metadata has the fields of ObjectMeta, and they say what they are.</summary>
/// <remarks>Upstream: apiextensions-apiserver/pkg/apiserver/schema/objectmeta.</remarks>
internal static class EmbeddedMetadata
{
    private const string MetaDefinition = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

    /// <summary>The schema of metadata.</summary>
    public static SchemaNode Schema => OpenApiSchemas.Definition(MetaDefinition) ?? SchemaNode.Any;

    /// <summary>Gives the metadata of embedded objects the types of ObjectMeta; unknown and misplaced fields are dropped and named.</summary>
    public static void Coerce(JsonNode? value, StructuralSchema? schema, string path, ICollection<string> unknown)
    {
        switch (value)
        {
            case JsonObject members when schema is not null:
                if (schema.IsEmbedded && members["metadata"] is JsonObject metadata)
                {
                    members["metadata"] = Coerced(metadata, Join(path, "metadata"), unknown);
                }

                foreach (var (name, member) in members.ToList())
                {
                    if (!(schema.IsEmbedded && Pruning.IsMeta(name)))
                    {
                        Coerce(member, schema.Child(name), Join(path, name), unknown);
                    }
                }

                break;
            case JsonArray items when schema?.Items is { } item:
                for (var index = 0; index < items.Count; index++)
                {
                    Coerce(items[index], item, string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]"), unknown);
                }

                break;
        }
    }

    /// <summary>What is wrong with the embedded objects.</summary>
    public static IEnumerable<FieldError> Faults(JsonNode? value, StructuralSchema? schema, string path = "", bool isRoot = true)
    {
        switch (value)
        {
            case JsonObject members when schema is not null:
                var own = schema.IsEmbedded && !isRoot ? OfObject(members, path) : [];
                return own.Concat(members
                    .Where(member => !((schema.IsEmbedded || isRoot) && Pruning.IsMeta(member.Key)))
                    .SelectMany(member => Faults(member.Value, schema.Child(member.Key),
                        schema.Properties.ContainsKey(member.Key) ? Join(path, member.Key) : $"{path}[{member.Key}]", isRoot: false)));
            case JsonArray items when schema?.Items is { } item:
                return items.SelectMany((element, index) => Faults(element, item, string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]"), isRoot: false));
            default:
                return [];
        }
    }

    private static JsonObject Coerced(JsonObject metadata, string path, ICollection<string> unknown)
    {
        var decoded = SchemaDecoder.Decode(Encoding.UTF8.GetBytes(metadata.ToJsonString()), Schema, keepEmpty: true);
        foreach (var (name, _) in metadata)
        {
            if (!Schema.Properties.ContainsKey(name))
            {
                unknown.Add(Join(path, name));
            }
        }

        return decoded.Object ?? (JsonObject)metadata.DeepClone();
    }

    private static List<FieldError> OfObject(JsonObject members, string path)
    {
        var faults = new List<FieldError>();
        RequireText(members, "apiVersion", path, faults);
        RequireText(members, "kind", path, faults);
        if (members["kind"] is JsonValue kind && kind.TryGetValue<string>(out var text) && text.Length > 0)
        {
            foreach (var fault in ObjectNames.Dns1035LabelErrors(text.ToLowerInvariant()))
            {
                faults.Add(FieldError.Invalid(Join(path, "kind"), text, "may have mixed case, but should otherwise match: " + fault));
            }
        }

        if (members["metadata"] is JsonObject metadata && metadata["name"] is JsonValue name && name.TryGetValue<string>(out var given) && given.Length > 0)
        {
            faults.AddRange(ObjectNames.DnsSubdomainErrors(given).Select(fault => FieldError.Invalid(Join(path, "metadata.name"), given, fault)));
        }

        return faults;
    }

    private static void RequireText(JsonObject members, string name, string path, List<FieldError> faults)
    {
        var isText = members[name]?.GetValueKind() == JsonValueKind.String;
        if (!members.ContainsKey(name))
        {
            faults.Add(FieldError.Required(Join(path, name), "must not be empty"));
        }
        else if (isText && members[name]!.GetValue<string>().Length == 0)
        {
            faults.Add(FieldError.Required(Join(path, name), "must not be empty"));
        }
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : path + "." + name;
}
