using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;
using Orchestrator.Controllers.EndpointSlices;
using Orchestrator.Controllers.Objects;
using Orchestrator.Controllers.Plans;

namespace Orchestrator.Controllers.Endpoints;

/// <summary>Keeps the older Endpoints object of a Service, for clients that do not read EndpointSlices.</summary>
/// <remarks>Upstream: pkg/controller/endpoint.</remarks>
internal sealed class EndpointsReconciler : IReconciler
{
    /// <summary>Addresses in one object; with more, the rest is left out and the over-capacity annotation says so.</summary>
    public const int MaxAddresses = 1000;

    private const string ManagedByLabel = "endpoints.kubernetes.io/managed-by";
    private const string HeadlessLabel = "service.kubernetes.io/headless";
    private const string OverCapacity = "endpoints.kubernetes.io/over-capacity";
    private static readonly string[] OwnedFields = ["subsets"];

    public string Name => "endpoint-controller";

    public IReadOnlyList<GroupResource> Watches { get; } = [Resources.Services, Resources.Pods, Resources.Endpoints];

    public IEnumerable<ObjectKey> KeysFor(StoredObject? before, StoredObject after, bool removed, IClusterView view) =>
        after.Key.GroupResource == Resources.Endpoints
            ? [Resources.Services.Key(after.Key.Namespace, after.Key.Name)]
            : ServiceBackends.KeysFor(before, after, view);

    public IEnumerable<ObjectKey> AllKeys(IClusterView view) => view.List(Resources.Services).Select(stored => stored.Key);

    public Plan Reconcile(ObjectKey key, IClusterView view, DateTimeOffset now)
    {
        var endpoints = Resources.Endpoints.Key(key.Namespace, key.Name);
        var stored = view.Get(endpoints);
        if (view.Get<V1Service>(key) is not { IsDeleting: false } service)
        {
            // Endpoints have no owner reference; they bear the Service's name and go with it when this controller made them.
            return stored is not null && LabelSelectors.Value(Typed.Meta(stored).Labels, ManagedByLabel) == Name
                ? new Plan { Writes = [new PlannedWrite.Delete(endpoints, Typed.Meta(stored).Uid)] }
                : Plan.Nothing;
        }

        if (!ServiceBackends.HasBackends(service.Value))
        {
            return Plan.Nothing;
        }

        var subsets = Subsets(service, ServiceBackends.Pods(service, view), out var truncated);
        PlannedWrite? write = stored is null ? Creation(endpoints, service, subsets, truncated) : Change(stored, service, subsets, truncated);
        return write is null ? Plan.Nothing : new Plan { Writes = [write] };
    }

    private static JsonArray Subsets(Typed<V1Service> service, List<Typed<V1Pod>> pods, out bool truncated)
    {
        var family = ServiceBackends.Families(service.Value)[0];
        var groups = new SortedDictionary<string, (JsonArray Ports, JsonArray Ready, JsonArray NotReady)>(StringComparer.Ordinal);
        var counted = 0;
        truncated = false;
        foreach (var pod in pods.Where(pod => !pod.IsDeleting || service.Value.Spec.PublishNotReadyAddresses == true))
        {
            if (ServiceBackends.Address(pod.Value, family) is not { } ip)
            {
                continue;
            }

            if (++counted > MaxAddresses)
            {
                truncated = true;
                break;
            }

            var ports = ServiceBackends.Ports(service.Value, pod.Value);
            foreach (var port in ports.OfType<JsonObject>().Where(port => (string?)port["name"] == ""))
            {
                port.Remove("name");
            }

            var name = CanonicalJson.Text(ports);
            if (!groups.TryGetValue(name, out var group))
            {
                groups[name] = group = (ports, [], []);
            }

            var ready = Pods.IsReady(pod.Value) || service.Value.Spec.PublishNotReadyAddresses == true;
            (ready ? group.Ready : group.NotReady).Add(Address(service, pod, ip));
        }

        return [.. groups.Values.Select(group => Subset(group.Ports, group.Ready, group.NotReady))];
    }

    private static JsonObject Subset(JsonArray ports, JsonArray ready, JsonArray notReady)
    {
        var subset = new JsonObject();
        if (ready.Count > 0)
        {
            subset["addresses"] = ready;
        }

        if (notReady.Count > 0)
        {
            subset["notReadyAddresses"] = notReady;
        }

        if (ports.Count > 0)
        {
            subset["ports"] = ports;
        }

        return subset;
    }

    private static JsonObject Address(Typed<V1Service> service, Typed<V1Pod> pod, string ip)
    {
        var address = new JsonObject { ["ip"] = ip };
        if (ServiceBackends.Hostname(service, pod.Value) is { } hostname)
        {
            address["hostname"] = hostname;
        }

        if (pod.Value.Spec.NodeName is { Length: > 0 } node)
        {
            address["nodeName"] = node;
        }

        address["targetRef"] = ServiceBackends.Target(pod);
        return address;
    }

    private PlannedWrite.Create Creation(ObjectKey key, Typed<V1Service> service, JsonArray subsets, bool truncated)
    {
        var metadata = new JsonObject { ["name"] = key.Name, ["namespace"] = key.Namespace, ["labels"] = Labels(service) };
        if (truncated)
        {
            metadata["annotations"] = new JsonObject { [OverCapacity] = "truncated" };
        }

        var document = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Endpoints", ["metadata"] = metadata };
        if (subsets.Count > 0)
        {
            document["subsets"] = subsets;
        }

        return new PlannedWrite.Create(key, document);
    }

    private PlannedWrite.Patch? Change(StoredObject stored, Typed<V1Service> service, JsonArray subsets, bool truncated)
    {
        var document = Typed.Document(stored);
        var patch = document["subsets"] is null && subsets.Count == 0
            ? []
            : MergePatches.Difference(document, new JsonObject { ["subsets"] = subsets }, OwnedFields);
        var labels = Labels(service);
        var known = document["metadata"]?["labels"] as JsonObject;
        var metadata = new JsonObject();
        if (!JsonNode.DeepEquals(known, labels))
        {
            metadata["labels"] = MergePatches.Difference(known, labels, labels.Select(label => label.Key).Union(known?.Select(label => label.Key) ?? []).ToList());
        }

        var annotated = document["metadata"]?["annotations"]?[OverCapacity] is not null;
        if (annotated != truncated)
        {
            metadata["annotations"] = new JsonObject { [OverCapacity] = truncated ? "truncated" : null };
        }

        if (metadata.Count > 0)
        {
            patch["metadata"] = metadata;
        }

        return patch.Count == 0 ? null : new PlannedWrite.Patch(stored.Key, patch, "", stored.Revision.ToString());
    }

    private JsonObject Labels(Typed<V1Service> service)
    {
        var labels = new JsonObject();
        foreach (var (name, value) in service.Meta.Labels ?? new Dictionary<string, string>())
        {
            labels[name] = value;
        }

        labels[ManagedByLabel] = Name;
        labels.Remove(HeadlessLabel);
        if (ServiceBackends.IsHeadless(service.Value))
        {
            labels[HeadlessLabel] = "";
        }

        return labels;
    }
}
