using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;
using Orchestrator.Controllers.Objects;
using Orchestrator.Controllers.Plans;

namespace Orchestrator.Controllers.EndpointSlices;

/// <summary>Writes down which pods are behind a Service, in slices of at most a hundred, so that one pod's change rewrites little.</summary>
/// <remarks>Upstream: pkg/controller/endpointslice and k8s.io/endpointslice.</remarks>
internal sealed class EndpointSliceReconciler : IReconciler
{
    /// <summary>Endpoints per slice; further ones go into further slices.</summary>
    public const int MaxEndpointsPerSlice = 100;

    private const string ManagedBy = "endpointslice-controller.k8s.io";
    private const string ManagedByLabel = "endpointslice.kubernetes.io/managed-by";
    private const string ServiceNameLabel = "kubernetes.io/service-name";
    private const string HeadlessLabel = "service.kubernetes.io/headless";
    private const string LastChange = "endpoints.kubernetes.io/last-change-trigger-time";
    private static readonly string[] OwnedFields = ["endpoints", "ports"];

    public string Name => "endpoint-slice-controller";

    public IReadOnlyList<GroupResource> Watches { get; } = [Resources.Services, Resources.Pods, Resources.EndpointSlices];

    public IEnumerable<ObjectKey> KeysFor(StoredObject? before, StoredObject after, bool removed, IClusterView view)
    {
        if (after.Key.GroupResource != Resources.EndpointSlices)
        {
            return ServiceBackends.KeysFor(before, after, view);
        }

        var labels = Typed.Meta(after).Labels;
        return LabelSelectors.Value(labels, ManagedByLabel) == ManagedBy && LabelSelectors.Value(labels, ServiceNameLabel) is { } service
            ? [Resources.Services.Key(after.Key.Namespace, service)]
            : [];
    }

    public IEnumerable<ObjectKey> AllKeys(IClusterView view) => view.List(Resources.Services).Select(stored => stored.Key);

    public Plan Reconcile(ObjectKey key, IClusterView view, DateTimeOffset now)
    {
        if (view.Get<V1Service>(key) is not { IsDeleting: false } service || !ServiceBackends.HasBackends(service.Value))
        {
            // The slices of a Service that is gone go with it, by their owner reference.
            return Plan.Nothing;
        }

        var pods = ServiceBackends.Pods(service, view);
        var slices = view.OwnedBy(Resources.EndpointSlices, service.Uid)
            .Where(stored => LabelSelectors.Value(Typed.Meta(stored).Labels, ManagedByLabel) == ManagedBy && Typed.Meta(stored).DeletionTimestamp is null)
            .ToList();
        var families = ServiceBackends.Families(service.Value);
        var labels = Labels(service);
        var lastChange = ServiceBackends.LastChange(service, pods);
        var writes = new List<PlannedWrite>();
        foreach (var family in families)
        {
            var present = slices.Where(stored => Family(stored) == family).Select(stored => new SliceDraft(stored)).ToList();
            var drafts = Fill(Wanted(service, pods, family), present);
            writes.AddRange(Writes(service, drafts, family, labels, lastChange));
        }

        writes.AddRange(slices.Where(stored => !families.Contains(Family(stored))).Select(Deletion));
        return new Plan { Writes = writes };
    }

    /// <summary>The endpoints by the ports that they have: named ports may differ from pod to pod, and a slice has one set of ports.</summary>
    private static List<(JsonArray Ports, List<JsonObject> Endpoints)> Wanted(Typed<V1Service> service, List<Typed<V1Pod>> pods, string family)
    {
        var groups = new Dictionary<string, (JsonArray Ports, List<JsonObject> Endpoints)>();
        foreach (var pod in pods)
        {
            if (ServiceBackends.Address(pod.Value, family) is not { } address)
            {
                continue;
            }

            var ports = ServiceBackends.Ports(service.Value, pod.Value);
            var name = CanonicalJson.Text(ports);
            if (!groups.TryGetValue(name, out var group))
            {
                groups[name] = group = (ports, []);
            }

            group.Endpoints.Add(Endpoint(service, pod, address));
        }

        return [.. groups.Values];
    }

    private static JsonObject Endpoint(Typed<V1Service> service, Typed<V1Pod> pod, string address)
    {
        var serving = Pods.IsReady(pod.Value);
        var ready = service.Value.Spec.PublishNotReadyAddresses == true || (serving && !pod.IsDeleting);
        var endpoint = new JsonObject
        {
            ["addresses"] = new JsonArray(address),
            ["conditions"] = new JsonObject { ["ready"] = ready, ["serving"] = serving, ["terminating"] = pod.IsDeleting },
        };
        if (ServiceBackends.Hostname(service, pod.Value) is { } hostname)
        {
            endpoint["hostname"] = hostname;
        }

        endpoint["targetRef"] = ServiceBackends.Target(pod);
        if (pod.Value.Spec.NodeName is { Length: > 0 } node)
        {
            endpoint["nodeName"] = node;
        }

        return endpoint;
    }

    /// <summary>Puts the wanted endpoints into slices: each stays where it is, new ones fill what has room, the rest opens new slices.</summary>
    private static List<SliceDraft> Fill(List<(JsonArray Ports, List<JsonObject> Endpoints)> wanted, List<SliceDraft> present)
    {
        var drafts = present;
        foreach (var (ports, endpoints) in wanted)
        {
            var fitting = drafts.Where(draft => JsonNode.DeepEquals(draft.StoredPorts, ports)).ToList();
            var rest = endpoints.ToDictionary(SliceDraft.Identity);
            fitting.ForEach(draft => draft.Keep(rest, ports));
            foreach (var endpoint in rest.Values)
            {
                var room = fitting.Find(draft => draft.Endpoints.Count < MaxEndpointsPerSlice);
                if (room is null)
                {
                    // An emptied slice is filled anew before one more is made.
                    room = drafts.Find(draft => draft.IsUnused) ?? new SliceDraft(null);
                    if (room.Stored is null)
                    {
                        drafts.Add(room);
                    }

                    fitting.Add(room);
                }

                room.Add(endpoint, ports);
            }
        }

        if (drafts.Count == 0)
        {
            // Upstream's placeholder: a Service without backends has one slice that says so.
            drafts.Add(new SliceDraft(null));
        }

        return drafts;
    }

    private static IEnumerable<PlannedWrite> Writes(Typed<V1Service> service, List<SliceDraft> drafts, string family, JsonObject labels, string? lastChange)
    {
        var placeholder = drafts.TrueForAll(draft => draft.Endpoints.Count == 0) ? drafts[0] : null;
        var names = drafts.Where(draft => draft.Stored is not null).Select(draft => draft.Stored!.Key.Name).ToHashSet();
        var attempt = 0;
        foreach (var draft in drafts)
        {
            if (draft.Stored is { } stored)
            {
                if (draft.Endpoints.Count == 0 && draft != placeholder)
                {
                    yield return Deletion(stored);
                }
                else if (Change(stored, draft, labels, lastChange) is { } patch)
                {
                    yield return patch;
                }

                continue;
            }

            string name;
            do
            {
                name = service.Name + "-" + NameHash.Suffix(string.Create(CultureInfo.InvariantCulture, $"{service.Uid}/{family}/{attempt++}"));
            }
            while (!names.Add(name));
            yield return new PlannedWrite.Create(
                Resources.EndpointSlices.Key(service.Key.Namespace, name), Document(service, name, draft, family, labels, lastChange));
        }
    }

    private static JsonObject Document(Typed<V1Service> service, string name, SliceDraft draft, string family, JsonObject labels, string? lastChange)
    {
        var metadata = new JsonObject
        {
            ["generateName"] = service.Name + "-",
            ["name"] = name,
            ["namespace"] = service.Key.Namespace,
            ["labels"] = labels.DeepClone(),
            ["ownerReferences"] = new JsonArray(Ownership.Reference(Kinds.Service, service.Name, service.Uid)),
        };
        if (lastChange is not null)
        {
            metadata["annotations"] = new JsonObject { [LastChange] = lastChange };
        }

        return new JsonObject
        {
            ["apiVersion"] = "discovery.k8s.io/v1",
            ["kind"] = "EndpointSlice",
            ["metadata"] = metadata,
            ["addressType"] = family,
            ["endpoints"] = draft.EndpointsJson() ?? [],
            ["ports"] = draft.PortsJson() ?? [],
        };
    }

    private static PlannedWrite.Patch? Change(StoredObject stored, SliceDraft draft, JsonObject labels, string? lastChange)
    {
        var document = Typed.Document(stored);
        var patch = MergePatches.Difference(
            document, new JsonObject { ["endpoints"] = draft.EndpointsJson(), ["ports"] = draft.PortsJson() }, OwnedFields);
        var metadata = new JsonObject();
        var knownLabels = document["metadata"]?["labels"] as JsonObject;
        if (!JsonNode.DeepEquals(knownLabels, labels))
        {
            metadata["labels"] = MergePatches.Difference(
                knownLabels, labels, labels.Select(label => label.Key).Union(knownLabels?.Select(label => label.Key) ?? []).ToList());
        }

        if (patch.Count > 0 && lastChange is not null)
        {
            metadata["annotations"] = new JsonObject { [LastChange] = lastChange };
        }

        if (metadata.Count > 0)
        {
            patch["metadata"] = metadata;
        }

        return patch.Count == 0 ? null : new PlannedWrite.Patch(stored.Key, patch, "", stored.Revision.ToString());
    }

    private static JsonObject Labels(Typed<V1Service> service)
    {
        var labels = new JsonObject();
        foreach (var (name, value) in service.Meta.Labels ?? new Dictionary<string, string>())
        {
            labels[name] = value;
        }

        labels[ManagedByLabel] = ManagedBy;
        labels[ServiceNameLabel] = service.Name;
        labels.Remove(HeadlessLabel);
        if (ServiceBackends.IsHeadless(service.Value))
        {
            labels[HeadlessLabel] = "";
        }

        return labels;
    }

    private static string Family(StoredObject stored) => Typed.Read<V1EndpointSlice>(stored).AddressType;

    private static PlannedWrite.Delete Deletion(StoredObject stored) => new(stored.Key, Typed.Meta(stored).Uid);
}
