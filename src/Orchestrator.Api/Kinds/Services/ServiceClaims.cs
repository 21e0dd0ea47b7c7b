using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Registry;
using Orchestrator.Api.Views;

namespace Orchestrator.Api.Kinds.Services;

/// <summary>The rows by which a cluster IP and a node port have one owner: their keys are the values themselves, and a key is there once.</summary>
/// <remarks>They are companions of the Service's own write, so the store accepts both or neither, whichever silo decided. The claim of an address is
/// upstream's IPAddress object (pkg/registry/core/service/ipallocator); that of a port stands beside the kinds, where upstream has a bitmap
/// that nobody sees either (pkg/registry/core/service/portallocator). See docs/adr/0015-claims-of-services.md.</remarks>
public static class ServiceClaims
{
    /// <summary>The claims of addresses.</summary>
    public static readonly GroupResource Addresses = new("networking.k8s.io", "ipaddresses");

    /// <summary>The claims of node ports. A group without a dot can be no custom resource's, so nobody else writes here.</summary>
    public static readonly GroupResource Ports = new("orchestrator", "nodeports");

    private const string ManagedBy = "ipaddress.kubernetes.io/managed-by";
    private const string Allocator = "ipallocator.k8s.io";

    private static readonly ResourceKind AddressKind = KindRegistry.BuiltIn.Preferred(Addresses)!;

    private static readonly WriteOptions Server = new() { User = "system:apiserver", FieldManager = "kube-apiserver" };

    /// <summary>The keys of the claims of what a Service has.</summary>
    internal static IEnumerable<ObjectKey> Of(ServiceHoldings holdings) =>
    [
        .. holdings.Addresses.Select(address => new ObjectKey(Addresses.Group, Addresses.Resource, "", address)),
        .. holdings.Ports.Select(port => new ObjectKey(Ports.Group, Ports.Resource, "", port.ToString(CultureInfo.InvariantCulture))),
    ];

    /// <summary>The writes by which the claims follow a Service.</summary>
    /// <param name="service">The Service.</param>
    /// <param name="before">What it had.</param>
    /// <param name="after">What it is to have.</param>
    /// <param name="at">The time and the cluster.</param>
    internal static IEnumerable<CompanionWrite> Follow(ObjectKey service, ServiceHoldings before, ServiceHoldings after, Surroundings at)
    {
        var (held, wanted) = (Of(before).ToHashSet(), Of(after).ToHashSet());
        foreach (var key in wanted)
        {
            var claim = at.View.Get(key);
            if (claim is null || !held.Contains(key))
            {
                // A claim that its owner left is taken over. One that came while this was decided is not: the commit finds it there, and the decision is made again.
                var expected = claim is not null && IsLeft(claim, at.View) ? claim.Revision : Revision.None;
                yield return new CompanionWrite(key, expected, DocumentEncoding.Encode(Document(key, service, at)));
            }
        }

        foreach (var key in held.Where(key => !wanted.Contains(key)))
        {
            if (at.View.Get(key) is { } claim && Owner(claim) == service)
            {
                yield return Release(claim, at.Now);
            }
        }
    }

    /// <summary>What a stored Service has and nobody has claimed, as claims' keys: the Service must be written anew to claim it.</summary>
    public static IEnumerable<ObjectKey> Missing(StoredObject service, IClusterView view) => Of(ServiceHoldings.Of(service)).Where(key => view.Get(key) is null);

    /// <summary>What a stored Service has and another has claimed, as claims' keys: both got it before there were claims.</summary>
    public static IEnumerable<ObjectKey> Contested(StoredObject service, IClusterView view) =>
        Of(ServiceHoldings.Of(service)).Where(key => view.Get(key) is { } claim && Owner(claim) != service.Key);

    /// <summary>The Service that a claim was made for; null when it names something else.</summary>
    public static ObjectKey? Owner(StoredObject claim)
    {
        ArgumentNullException.ThrowIfNull(claim);
        return Parent(DocumentEncoding.Decode(claim.Document));
    }

    /// <summary>Whether the Service that a claim was made for does not have the value any more.</summary>
    /// <remarks>The view moves on while it is read. A claim is written after its Service in one commit, so who sees the claim sees what its Service has.</remarks>
    private static bool IsLeft(StoredObject claim, IClusterView view) =>
        (claim.Key.GroupResource != Addresses || WasOfService(claim))
        && Owner(claim) is { } owner
        && !(view.Get(owner) is { } service && Of(ServiceHoldings.Of(service)).Contains(claim.Key));

    /// <summary>Whether a claim that belongs to no Service any more was made for one, so that it keeps its address from nobody.</summary>
    internal static bool WasOfService(StoredObject claim)
    {
        var document = DocumentEncoding.Decode(claim.Document);
        var metadata = document.Metadata();
        return metadata.Object("labels").Text(ManagedBy) == Allocator && metadata.Text("deletionTimestamp").Length == 0 && Parent(document) is not null;
    }

    private static ObjectKey? Parent(JsonObject claim)
    {
        var parent = claim.Object("spec").Object("parentRef");
        return parent.Text("group").Length == 0 && parent.Text("resource") == "services"
            ? new ObjectKey("", "services", parent.Text("namespace"), parent.Text("name"))
            : null;
    }

    /// <summary>A finalizer on an IPAddress holds it, and so its address, until it is taken off.</summary>
    private static CompanionWrite Release(StoredObject claim, DateTimeOffset now)
    {
        var document = DocumentEncoding.Decode(claim.Document);
        var metadata = document.Metadata();
        metadata.Remove("resourceVersion");
        if (!metadata.Texts("finalizers").Any())
        {
            return new CompanionWrite(claim.Key, claim.Revision, DocumentEncoding.Encode(document)) { Removes = true };
        }

        if (metadata.Text("deletionTimestamp").Length == 0)
        {
            (metadata["deletionTimestamp"], metadata["deletionGracePeriodSeconds"]) = (ObjectFields.Time(now), 0L);
        }

        return new CompanionWrite(claim.Key, claim.Revision, DocumentEncoding.Encode(document));
    }

    private static JsonObject Document(ObjectKey key, ObjectKey service, Surroundings at)
    {
        var isAddress = key.GroupResource == Addresses;
        var metadata = new JsonObject { ["name"] = key.Name, ["uid"] = at.NewUid().ToString("D"), ["creationTimestamp"] = ObjectFields.Time(at.Now) };
        var claim = new JsonObject
        {
            ["apiVersion"] = isAddress ? AddressKind.ApiVersion : Ports.Group + "/v1",
            ["kind"] = isAddress ? AddressKind.Kind : "NodePort",
            ["metadata"] = metadata,
            ["spec"] = new JsonObject
            {
                ["parentRef"] = new JsonObject { ["name"] = service.Name, ["namespace"] = service.Namespace, ["resource"] = service.Resource },
            },
        };
        if (isAddress)
        {
            metadata["generation"] = 1L;
            metadata["labels"] = new JsonObject
            {
                ["ipaddress.kubernetes.io/ip-family"] = key.Name.Contains(':', StringComparison.Ordinal) ? "IPv6" : "IPv4",
                [ManagedBy] = Allocator,
            };
            FieldOwnership.OfNew(claim, Server, AddressKind, at.Now);
        }

        return claim;
    }
}
