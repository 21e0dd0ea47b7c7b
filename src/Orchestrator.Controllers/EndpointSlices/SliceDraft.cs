using System.Text.Json.Nodes;
using Orchestrator.Api.Machinery;
using Orchestrator.Controllers.Objects;

namespace Orchestrator.Controllers.EndpointSlices;

/// <summary>A slice while endpoints are being put into it. Lives for one pass.</summary>
/// <param name="stored">The slice as it stands; null for a new one.</param>
internal sealed class SliceDraft(StoredObject? stored)
{
    private readonly JsonObject _document = stored is null ? [] : Typed.Document(stored);
    private JsonArray _ports = [];

    public StoredObject? Stored { get; } = stored;

    /// <summary>The ports that the stored slice has; null when it has none.</summary>
    public JsonArray? StoredPorts => _document["ports"] as JsonArray is { Count: > 0 } ports ? ports : null;

    public List<JsonObject> Endpoints { get; } = [];

    /// <summary>Nothing has been put into it so far.</summary>
    public bool IsUnused => Endpoints.Count == 0;

    /// <summary>What makes two endpoints the same one: the pod, not its conditions.</summary>
    public static string Identity(JsonObject endpoint) => (string?)endpoint["targetRef"]?["uid"] ?? (string?)endpoint["addresses"]?[0] ?? "";

    /// <summary>Takes over, in their present order, the endpoints that the stored slice has and that are still wanted.</summary>
    public void Keep(Dictionary<string, JsonObject> wanted, JsonArray ports)
    {
        foreach (var known in (_document["endpoints"] as JsonArray ?? []).OfType<JsonObject>())
        {
            if (wanted.Remove(Identity(known), out var endpoint))
            {
                Add(endpoint, ports);
            }
        }
    }

    public void Add(JsonObject endpoint, JsonArray ports)
    {
        Endpoints.Add(endpoint);
        _ports = ports;
    }

    /// <summary>The endpoints to be stored; null: none, and none are stored.</summary>
    public JsonArray? EndpointsJson() => Endpoints.Count == 0 ? Present("endpoints") : new JsonArray([.. Endpoints.Select(endpoint => endpoint.DeepClone())]);

    public JsonArray? PortsJson() => _ports.Count == 0 ? Present("ports") : _ports.DeepClone().AsArray();

    // Whether the store keeps an empty list or drops it, what it has is left as it is.
    private JsonArray? Present(string field) => _document[field] is JsonArray ? [] : null;
}
