using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Kinds.Services;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Admission;

/// <summary>Gives a Service its cluster IP, IP families and node ports, and carries over on an update what the caller left out.</summary>
/// <remarks>Upstream does this between mutating admission and validation (BeginCreate and BeginUpdate of pkg/registry/core/service/storage);
/// here it is the last plugin that mutates. The view may be behind by a moment, so that two Services choose the same: what the final object has
/// is claimed in its commit (<see cref="ServiceClaims"/>), and who loses is decided anew.</remarks>
internal sealed class ServiceAllocation(ServiceAddresses addresses) : IAdmissionPlugin
{
    private static readonly GroupResource Services = new("", "services");

    /// <inheritdoc />
    public string Name => nameof(ServiceAllocation);

    /// <inheritdoc />
    public ApiStatus? Admit(AdmissionAttributes attributes)
    {
        if (!IsOfService(attributes) || attributes.Object.Object("spec") is not { } spec)
        {
            return null;
        }

        var before = attributes.OldObject.Object("spec");
        if (before is not null)
        {
            CarriedService.Apply(spec, before);
        }

        if (!Array.Exists(["ClusterIP", "NodePort", "LoadBalancer"], type => type == spec.Text("type")))
        {
            return null;
        }

        NormalizeAddresses(spec);
        if (ChangesAddress(spec, before))
        {
            // Validation will refuse it, and says better why than a range can that does not have the address.
            return null;
        }

        var faults = new Faults();
        var (held, taken) = (ServiceHoldings.Of(before), TakenByServices.For(attributes.Key with { Name = attributes.FinalName }, attributes.At.View));
        AllocateFamilies(spec, faults);
        var isFull = faults.Count > 0 ? null : AllocateAddress(spec, held, taken, attributes, faults);
        if (faults.Count == 0)
        {
            isFull ??= ServicePorts.Allocate(spec, held, taken, attributes.At, faults);
        }

        return faults.Count > 0 ? Statuses.Invalid("", "Service", attributes.FinalName, faults) : isFull;
    }

    /// <inheritdoc />
    public ApiStatus? Validate(AdmissionAttributes attributes)
    {
        if (IsOfService(attributes))
        {
            var (before, after) = (ServiceHoldings.Of(attributes.OldObject.Object("spec")), ServiceHoldings.Of(attributes.Object.Object("spec")));
            foreach (var claim in ServiceClaims.Follow(attributes.Key, before, after, attributes.At))
            {
                attributes.Companions.Add(claim);
            }
        }

        return null;
    }

    private static bool IsOfService(AdmissionAttributes attributes) => attributes.Kind.StorageResource == Services
        && attributes is { Subresource: "", Operation: AdmissionOperation.Create or AdmissionOperation.Update };

    private static bool ChangesAddress(JsonObject spec, JsonObject? before) => before.Text("type") is not ("" or "ExternalName")
        && before.Texts("clusterIPs").FirstOrDefault() is { Length: > 0 } given && spec.Texts("clusterIPs").FirstOrDefault() != given;

    /// <summary>clusterIP and the first of clusterIPs are the same address; a creator may name it once.</summary>
    private static void NormalizeAddresses(JsonObject spec)
    {
        if (spec.Text("clusterIP") is { Length: > 0 } address && spec.Array("clusterIPs") is not { Count: > 0 })
        {
            spec["clusterIPs"] = new JsonArray(address);
        }
    }

    private static void AllocateFamilies(JsonObject spec, Faults faults)
    {
        // Who answers a headless Service without selector is unknown, so upstream lets it have both families.
        var open = spec.Text("clusterIP") == "None" && spec.Object("selector") is not { Count: > 0 };
        spec.DefaultText("ipFamilyPolicy", open ? "RequireDualStack" : "SingleStack");
        if (spec.Array("ipFamilies") is not { Count: > 0 })
        {
            spec["ipFamilies"] = open && spec.Text("ipFamilyPolicy") != "SingleStack" ? new JsonArray("IPv4", "IPv6") : new JsonArray("IPv4");
        }

        if (open)
        {
            return;
        }

        if (spec.Text("ipFamilyPolicy") == "RequireDualStack")
        {
            faults.Invalid("spec.ipFamilyPolicy", "RequireDualStack", "this cluster is not configured for dual-stack services");
        }

        var families = spec.Texts("ipFamilies").ToList();
        for (var i = 0; i < families.Count; i++)
        {
            if (families[i] == "IPv6")
            {
                faults.Invalid($"spec.ipFamilies[{i}]", families[i], "not configured on this cluster");
            }
        }
    }

    /// <summary>A status when no address is left.</summary>
    private ApiStatus? AllocateAddress(JsonObject spec, ServiceHoldings held, TakenByServices taken, AdmissionAttributes attributes, Faults faults)
    {
        var asked = spec.Texts("clusterIPs").FirstOrDefault() ?? "";
        if (asked == "None" || held.Addresses.Contains(asked))
        {
            return null;
        }

        // An address belongs to a Service by name, which is noticed before the name itself is looked at; a dry run claims none.
        var isNameless = attributes.FinalName.Length == 0 && !attributes.Options.DryRun;
        if (asked.Length == 0)
        {
            if (addresses.Choose(taken.Addresses, attributes.At.NewUid()) is not { } free)
            {
                return Statuses.InternalError("failed to allocate a serviceIP: range is full");
            }

            if (isNameless)
            {
                faults.Invalid("spec.clusterIPs", new JsonArray(""), "failed to allocate IP: " + NamelessClaim(free));
                return null;
            }

            spec["clusterIP"] = free;
            spec["clusterIPs"] = new JsonArray(free);
        }
        else if (Formats.IsIpAddress(asked) && !addresses.Contains(asked))
        {
            faults.Invalid("spec.clusterIPs", spec.Array("clusterIPs"),
                $"failed to allocate IP {asked}: the provided network does not match the current range");
        }
        else if (taken.Addresses.Contains(asked))
        {
            faults.Invalid("spec.clusterIPs", spec.Array("clusterIPs"), $"failed to allocate IP {asked}: provided IP is already allocated");
        }
        else if (isNameless && Formats.IsIpAddress(asked))
        {
            faults.Invalid("spec.clusterIPs", spec.Array("clusterIPs"), $"failed to allocate IP {asked}: {NamelessClaim(asked)}");
        }

        return null;
    }

    private static string NamelessClaim(string address) =>
        $"IPAddress.networking.k8s.io {GoText.Quote(address)} is invalid: spec.parentRef.name: Required value";
}
