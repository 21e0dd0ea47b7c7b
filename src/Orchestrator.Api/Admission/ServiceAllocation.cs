using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Kinds.Services;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Admission;

/// <summary>Gives a Service its cluster IP, IP families and node ports, and carries over on an update what the caller left out.</summary>
/// <remarks>Upstream does this between mutating admission and validation (BeginCreate and BeginUpdate of pkg/registry/core/service/storage);
/// here it is the last plugin that mutates. The view may be behind by a moment, so two Services created in it may choose the same address:
/// the seed makes that as unlikely as the range is large.</remarks>
internal sealed class ServiceAllocation(ServiceAddresses addresses) : IAdmissionPlugin
{
    private static readonly GroupResource Services = new("", "services");

    /// <inheritdoc />
    public string Name => nameof(ServiceAllocation);

    /// <inheritdoc />
    public ApiStatus? Admit(AdmissionAttributes attributes)
    {
        if (attributes.Kind.StorageResource != Services || attributes.Subresource.Length > 0
            || attributes.Operation == AdmissionOperation.Delete || attributes.Object?.Object("spec") is not { } spec)
        {
            return null;
        }

        if (attributes.OldObject is { } old)
        {
            CarriedService.Apply(spec, old.Object("spec") ?? []);
        }

        if (!Array.Exists(["ClusterIP", "NodePort", "LoadBalancer"], type => type == spec.Text("type")))
        {
            return null;
        }

        var faults = new Faults();
        NormalizeAddresses(spec);
        if (ChangesAddress(spec, attributes.OldObject.Object("spec")))
        {
            // Validation will refuse it, and says better why than a range can that does not have the address.
            return null;
        }

        var taken = TakenByServices.Of(attributes.At.View.List(Services).Where(service => service.Key != attributes.Key));
        AllocateFamilies(spec, faults);
        if (faults.Count == 0)
        {
            AllocateAddress(spec, taken, attributes, faults);
        }

        if (faults.Count == 0)
        {
            AllocatePorts(spec, taken, attributes.At, faults);
        }

        return faults.Count == 0 ? null : Statuses.Invalid("", "Service", attributes.FinalName, faults);
    }

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

    private void AllocateAddress(JsonObject spec, TakenByServices taken, AdmissionAttributes attributes, Faults faults)
    {
        var asked = spec.Texts("clusterIPs").FirstOrDefault() ?? "";
        if (asked == "None")
        {
            return;
        }

        // An address belongs to a Service by name, which is noticed before the name itself is looked at; a dry run claims none.
        var isNameless = attributes.FinalName.Length == 0 && !attributes.Options.DryRun;
        if (asked.Length == 0)
        {
            if (addresses.Choose(taken.Addresses, attributes.At.NewUid()) is { } free)
            {
                if (isNameless)
                {
                    faults.Invalid("spec.clusterIPs", new JsonArray(""), "failed to allocate IP: " + NamelessClaim(free));
                    return;
                }

                spec["clusterIP"] = free;
                spec["clusterIPs"] = new JsonArray(free);
            }
            else
            {
                faults.Invalid("spec.clusterIPs", new JsonArray(), "failed to allocate a serviceIP: range is full");
            }
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
    }

    private static string NamelessClaim(string address) =>
        $"IPAddress.networking.k8s.io {GoText.Quote(address)} is invalid: spec.parentRef.name: Required value";

    private static void AllocatePorts(JsonObject spec, TakenByServices taken, Surroundings at, Faults faults)
    {
        var wants = spec.Text("type") == "NodePort" || (spec.Text("type") == "LoadBalancer" && spec.Flag("allocateLoadBalancerNodePorts"));
        var own = new HashSet<long>();
        var ports = spec.Items("ports").ToList();
        for (var i = 0; i < ports.Count; i++)
        {
            if (ports[i].Integer("nodePort") is { } asked and not 0)
            {
                ValidateAsked(asked, $"spec.ports[{i}].nodePort", taken, faults);
                own.Add(asked);
            }
        }

        foreach (var port in ports.Where(port => wants && port.Integer("nodePort") is null or 0))
        {
            // One number serves TCP and UDP of the same port, as with upstream's DNS Services.
            var twin = ports.Find(other => other.Integer("port") == port.Integer("port") && other.Integer("nodePort") is not (null or 0)
                && other.Text("protocol") != port.Text("protocol"));
            var number = twin.Integer("nodePort") ?? NodePorts.Choose(taken.Ports.Union(own).ToHashSet(), at.NewUid());
            if (number is null)
            {
                faults.Add(FieldError.InternalError("spec.ports", "failed to allocate a nodePort: range is full"));
                return;
            }

            port["nodePort"] = number;
            own.Add(number.Value);
        }
    }

    private static void ValidateAsked(long asked, string path, TakenByServices taken, Faults faults)
    {
        if (!NodePorts.Contains(asked))
        {
            faults.Invalid(path, asked,
                $"provided port is not in the valid range. The range of valid ports is {NodePorts.First}-{NodePorts.Last}");
        }
        else if (taken.Ports.Contains(asked))
        {
            faults.Invalid(path, asked, "provided port is already allocated");
        }
    }
}
