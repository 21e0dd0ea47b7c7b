using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources;
using Orchestrator.Api.Registry;

namespace Orchestrator.Gateway.OpenApi;

/// <summary>The facts of custom resources in the form of those of the built-in kinds: definitions and paths.</summary>
/// <remarks>Upstream: apiextensions-apiserver/pkg/controller/openapi/builder.</remarks>
internal static class CustomFacts
{
    private const string MetaV1 = "#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.";

    private static readonly string[] Produces = ["application/json", "application/yaml"];
    private static readonly string[] Patches = ["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"];
    private static readonly string[] WriteParameters = ["dryRun", "fieldManager", "fieldValidation"];
    private static readonly string[] DeleteParameters = ["dryRun", "gracePeriodSeconds", "orphanDependents", "propagationPolicy"];

    private static readonly string[] CollectionParameters =
        [.. DeleteParameters, "continue", "fieldSelector", "labelSelector", "limit", "resourceVersion", "resourceVersionMatch", "sendInitialEvents", "timeoutSeconds"];

    /// <summary>The facts of all custom kinds of a registry.</summary>
    /// <param name="kinds">The kinds.</param>
    /// <param name="isVersion3">False: schemas lose what OpenAPI 2 cannot say.</param>
    public static JsonDocument Write(IEnumerable<ResourceKind> kinds, bool isVersion3)
    {
        var (definitions, paths) = (new JsonObject(), new JsonObject());
        foreach (var kind in kinds)
        {
            var version = kind.Custom!;
            var name = DefinitionName(kind);
            definitions[name] = Definition(kind, version, isVersion3);
            definitions[name + "List"] = ListDefinition(kind, name);
            AddPaths(kind, paths);
            AddGroup(kind, paths);
        }

        return JsonSerializer.SerializeToDocument(new JsonObject { ["definitions"] = definitions, ["paths"] = paths });
    }

    /// <summary>As in <c>com.example.stable.v1.CronTab</c>.</summary>
    public static string DefinitionName(ResourceKind kind) => string.Join('.', kind.Group.Split('.').Reverse()) + "." + kind.Version + "." + kind.Kind;

    private static JsonObject Definition(ResourceKind kind, CustomVersion version, bool isVersion3)
    {
        var schema = isVersion3 ? (JsonObject)version.Schema.Source.DeepClone() : SwaggerSchema.Of(version.Schema.Source);
        if (!version.Schema.PreserveUnknown || isVersion3)
        {
            var properties = schema["properties"] as JsonObject ?? [];
            schema["properties"] = properties;
            properties["apiVersion"] = new JsonObject { ["type"] = "string" };
            properties["kind"] = new JsonObject { ["type"] = "string" };
            properties["metadata"] = new JsonObject { ["$ref"] = MetaV1 + "ObjectMeta" };
        }

        schema["x-kubernetes-group-version-kind"] = new JsonArray(Kind(kind.Group, kind.Version, kind.Kind));
        return schema;
    }

    private static JsonObject ListDefinition(ResourceKind kind, string item) => new()
    {
        ["type"] = "object",
        ["required"] = new JsonArray("items"),
        ["properties"] = new JsonObject
        {
            ["apiVersion"] = new JsonObject { ["type"] = "string" },
            ["items"] = new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["$ref"] = "#/definitions/" + item } },
            ["kind"] = new JsonObject { ["type"] = "string" },
            ["metadata"] = new JsonObject { ["$ref"] = MetaV1 + "ListMeta" },
        },
        ["x-kubernetes-group-version-kind"] = new JsonArray(Kind(kind.Group, kind.Version, kind.ListKind)),
    };

    private static void AddPaths(ResourceKind kind, JsonObject paths)
    {
        var root = $"/apis/{kind.Group}/{kind.Version}/";
        var place = kind.Namespaced ? root + "namespaces/{namespace}/" + kind.Resource : root + kind.Resource;
        var (prefix, scope) = (Prefix(kind.Group, kind.Version), kind.Namespaced ? "Namespaced" : "");
        var own = Kind(kind.Group, kind.Version, kind.Kind);
        if (kind.Namespaced)
        {
            paths[root + kind.Resource] = new JsonObject { ["get"] = Operation("list", $"list{prefix}{kind.Kind}ForAllNamespaces", [], ["*/*"], own) };
        }

        paths[place] = new JsonObject
        {
            ["delete"] = Operation("deletecollection", $"delete{prefix}Collection{scope}{kind.Kind}", CollectionParameters, ["*/*"], own),
            ["get"] = Operation("list", $"list{prefix}{scope}{kind.Kind}", [], ["*/*"], own),
            ["post"] = Operation("post", $"create{prefix}{scope}{kind.Kind}", WriteParameters, ["*/*"], own),
        };
        paths[place + "/{name}"] = new JsonObject
        {
            ["delete"] = Operation("delete", $"delete{prefix}{scope}{kind.Kind}", DeleteParameters, ["*/*"], own),
            ["get"] = Operation("get", $"read{prefix}{scope}{kind.Kind}", ["resourceVersion"], ["*/*"], own),
            ["patch"] = Operation("patch", $"patch{prefix}{scope}{kind.Kind}", [.. WriteParameters, "force"], Patches, own),
            ["put"] = Operation("put", $"replace{prefix}{scope}{kind.Kind}", WriteParameters, ["*/*"], own),
        };
        foreach (var subresource in kind.Subresources)
        {
            var name = char.ToUpperInvariant(subresource.Name[0]) + subresource.Name[1..];
            var answer = Kind(subresource.Response.Group, subresource.Response.Version, subresource.Response.Kind);
            paths[$"{place}/{{name}}/{subresource.Name}"] = new JsonObject
            {
                ["get"] = Operation("get", $"read{prefix}{scope}{kind.Kind}{name}", ["resourceVersion"], ["*/*"], answer),
                ["patch"] = Operation("patch", $"patch{prefix}{scope}{kind.Kind}{name}", [.. WriteParameters, "force"], Patches, answer),
                ["put"] = Operation("put", $"replace{prefix}{scope}{kind.Kind}{name}", WriteParameters, ["*/*"], answer),
            };
        }
    }

    private static void AddGroup(ResourceKind kind, JsonObject paths)
    {
        var prefix = Prefix(kind.Group, "");
        paths[$"/apis/{kind.Group}/"] = new JsonObject { ["get"] = Plain($"get{prefix}APIGroup") };
        paths[$"/apis/{kind.Group}/{kind.Version}/"] = new JsonObject { ["get"] = Plain($"get{Prefix(kind.Group, kind.Version)}APIResources") };
    }

    private static JsonObject Operation(string action, string id, string[] parameters, string[] consumes, JsonObject kind)
    {
        var operation = Plain(id);
        operation["consumes"] = Words(consumes);
        operation["parameters"] = Words(parameters);
        operation["x-kubernetes-action"] = action;
        operation["x-kubernetes-group-version-kind"] = kind.DeepClone();
        return operation;
    }

    private static JsonObject Plain(string id) => new()
    {
        ["operationId"] = id, ["consumes"] = Words(Produces), ["produces"] = Words(Produces), ["parameters"] = new JsonArray(),
    };

    private static string Prefix(string group, string version) => string.Concat(group.Split('.').Append(version).Where(part => part.Length > 0).Select(Capitalised));

    private static string Capitalised(string text) => string.Create(CultureInfo.InvariantCulture, $"{char.ToUpperInvariant(text[0])}{text[1..].Replace("-", "", StringComparison.Ordinal)}");

    private static JsonObject Kind(string group, string version, string kind) => new() { ["group"] = group, ["kind"] = kind, ["version"] = version };

    private static JsonArray Words(IEnumerable<string> words) => new([.. words.Select(word => JsonValue.Create(word))]);
}
