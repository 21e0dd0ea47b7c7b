using System.Text.Json;
using Orchestrator.Api.Identity;

namespace Orchestrator.Gateway.OpenApi;

/// <summary>One verb on one path, as both versions of OpenAPI describe it.</summary>
internal sealed record OperationFacts(string Path, string Method, JsonElement Facts)
{
    private const string MetaV1 = "io.k8s.apimachinery.pkg.apis.meta.v1.";

    private static readonly string[] Methods = ["get", "put", "post", "delete", "patch"];

    private static readonly string[] ListParameters =
    [
        "allowWatchBookmarks", "continue", "fieldSelector", "labelSelector", "limit", "resourceVersion", "resourceVersionMatch",
        "sendInitialEvents", "timeoutSeconds", "watch",
    ];

    private static readonly HashSet<string> Flags =
    [
        "allowWatchBookmarks", "force", "ignoreStoreReadErrorWithClusterBreakingPotential", "orphanDependents", "sendInitialEvents", "watch",
    ];

    private static readonly HashSet<string> Numbers = ["gracePeriodSeconds", "limit", "timeoutSeconds"];

    /// <summary>The verbs of a path.</summary>
    public static IEnumerable<OperationFacts> Of(string path, JsonElement item) => Methods
        .Where(method => item.TryGetProperty(method, out _))
        .Select(method => new OperationFacts(path, method, item.GetProperty(method)));

    /// <summary>What is done: list, get, post, put, patch, delete, deletecollection, watch, watchlist, connect; empty for what is no resource.</summary>
    public string Action => Facts.TryGetProperty("x-kubernetes-action", out var action) ? action.GetString()! : "";

    /// <summary>The kind, when a resource is meant.</summary>
    public GroupVersionKind? Kind => Facts.TryGetProperty("x-kubernetes-group-version-kind", out var kind) ? ApiFacts.KindOf(kind) : null;

    /// <summary>The media types that are understood.</summary>
    public IEnumerable<string> Consumes => Words("consumes");

    /// <summary>The media types that are written. CBOR and protobuf, which this server does not write, are not promised.</summary>
    public IEnumerable<string> Produces => Words("produces").Where(type => !type.Contains("cbor", StringComparison.Ordinal) && !type.Contains("protobuf", StringComparison.Ordinal));

    /// <summary>The names in braces in the path.</summary>
    public IEnumerable<string> PathParameters =>
        Path.Split('/').Where(part => part.StartsWith('{')).Select(part => part.Trim('{', '}'));

    /// <summary>The query parameters with their types.</summary>
    public IEnumerable<(string Name, string Type)> QueryParameters
    {
        get
        {
            // The facts number parameters of one name apart, as in limit-1NfNmdNH.
            var listed = Words("parameters").Select(name => name.Split('-')[0]).Where(name => name != "body");
            var all = Action is "list" or "watch" or "watchlist" ? ListParameters : Action.Length == 0 ? [] : listed.Append("pretty");
            return all.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
                .Select(name => (name, Flags.Contains(name) ? "boolean" : Numbers.Contains(name) ? "integer" : "string"));
        }
    }

    /// <summary>The definition of the body; null when none is sent.</summary>
    public string? Body(ApiFacts facts) => Action switch
    {
        "post" or "put" => Kind is { } kind ? facts.DefinitionOf(kind) : null,
        "patch" => MetaV1 + "Patch",
        "delete" or "deletecollection" => MetaV1 + "DeleteOptions",
        _ => null,
    };

    /// <summary>The codes of success.</summary>
    public IEnumerable<string> Codes => Action switch
    {
        "post" => ["200", "201", "202"],
        "put" or "patch" => ["200", "201"],
        "delete" => ["200", "202"],
        _ => ["200"],
    };

    /// <summary>The definition of the answer; null when it is text.</summary>
    public string? Answer(ApiFacts facts) => Action switch
    {
        "list" => Kind is { } kind ? facts.DefinitionOf(kind with { Kind = kind.Kind + "List" }) : null,
        "get" or "post" or "put" or "patch" => Kind is { } kind ? facts.DefinitionOf(kind) : null,
        "delete" or "deletecollection" => MetaV1 + "Status",
        "watch" or "watchlist" => MetaV1 + "WatchEvent",
        _ => null,
    };

    /// <summary>The group of operations in generated clients, as in <c>apps_v1</c>.</summary>
    public string Tag
    {
        get
        {
            var parts = Path.Trim('/').Split('/');
            return parts switch
            {
                ["api", var version, ..] => "core_" + version,
                ["api"] => "core",
                ["apis", var group] => group.Split('.')[0],
                ["apis", var group, var version, ..] => group.Split('.')[0] + "_" + version,
                _ => parts[0].TrimStart('.'),
            };
        }
    }

    private IEnumerable<string> Words(string name) =>
        Facts.TryGetProperty(name, out var words) ? words.EnumerateArray().Select(word => word.GetString()!) : [];
}
