using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.NetworkPolicies;

/// <summary>What NetworkPolicies add to the common write path.</summary>
/// <remarks>Upstream: SetDefaults_NetworkPolicy and ValidateNetworkPolicySpec.</remarks>
internal sealed class NetworkPolicyStrategy : KindStrategy
{
    private static readonly (string Rules, string Peers)[] Directions = [("ingress", "from"), ("egress", "to")];

    /// <inheritdoc />
    public override GroupResource Resource => new("networking.k8s.io", "networkpolicies");

    /// <inheritdoc />
    public override void Default(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        if (spec.Array("policyTypes") is not { Count: > 0 })
        {
            spec["policyTypes"] = spec.Array("egress") is { Count: > 0 } ? new JsonArray("Ingress", "Egress") : new JsonArray("Ingress");
        }

        foreach (var port in Directions.SelectMany(direction => spec.Items(direction.Rules)).SelectMany(rule => rule.Items("ports")))
        {
            port.DefaultText("protocol", "TCP");
        }
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        var spec = obj.Object("spec");
        Selectors.Validate(spec.Object("podSelector"), "spec.podSelector", faults);
        foreach (var (direction, peers) in Directions)
        {
            var rules = spec.Items(direction).ToList();
            for (var i = 0; i < rules.Count; i++)
            {
                ValidateRule(rules[i], peers, $"spec.{direction}[{i}]", faults);
            }
        }

        var types = spec.Texts("policyTypes").ToList();
        if (types.Count > 2)
        {
            faults.Invalid("spec.policyTypes", spec.Array("policyTypes"), "may not specify more than two policyTypes");
            return faults;
        }

        for (var i = 0; i < types.Count; i++)
        {
            faults.OneOfIfSet($"spec.policyTypes[{i}]", types[i], "Ingress", "Egress");
        }

        return faults;
    }

    private static void ValidateRule(JsonObject rule, string peers, string path, Faults faults)
    {
        var ports = rule.Items("ports").ToList();
        for (var i = 0; i < ports.Count; i++)
        {
            ValidatePort(ports[i], $"{path}.ports[{i}]", faults);
        }

        var others = rule.Items(peers).ToList();
        for (var i = 0; i < others.Count; i++)
        {
            ValidatePeer(others[i], $"{path}.{peers}[{i}]", faults);
        }
    }

    private static void ValidatePort(JsonObject port, string path, Faults faults)
    {
        faults.OneOfIfSet(path + ".protocol", port.Text("protocol"), "TCP", "UDP", "SCTP");
        var end = port.Integer("endPort");
        if (!port.Has("port"))
        {
            if (end is not null)
            {
                faults.Invalid(path + ".endPort", end, "may not be specified when `port` is not specified");
            }
        }
        else if (JsonReading.AsText(port["port"]) is { } name)
        {
            if (end is not null)
            {
                faults.Invalid(path + ".endPort", end, "may not be specified when `port` is non-numeric");
            }

            faults.Invalid(path + ".port", name, Formats.PortName(name));
        }
        else
        {
            var number = port.Integer("port") ?? 0;
            faults.Invalid(path + ".port", number, Formats.PortNumber(number));
            if (end < number)
            {
                faults.Invalid(path + ".endPort", end, "must be greater than or equal to `port`");
            }

            if (end is { } last)
            {
                faults.Invalid(path + ".endPort", last, Formats.PortNumber(last));
            }
        }
    }

    private static void ValidatePeer(JsonObject peer, string path, Faults faults)
    {
        var selectors = ((string[])["podSelector", "namespaceSelector"]).Where(peer.Has).ToList();
        foreach (var selector in selectors)
        {
            Selectors.Validate(peer.Object(selector), $"{path}.{selector}", faults);
        }

        var block = peer.Object("ipBlock");
        if (block is not null)
        {
            ValidateBlock(block, path + ".ipBlock", faults);
        }

        if (block is null && selectors.Count == 0)
        {
            faults.Required(path, "must specify a peer");
        }
        else if (block is not null && selectors.Count > 0)
        {
            faults.Forbidden(path, "may not specify both ipBlock and another peer");
        }
    }

    private static void ValidateBlock(JsonObject block, string path, Faults faults)
    {
        var range = block.Text("cidr");
        if (range.Length == 0)
        {
            faults.Required(path + ".cidr");
            return;
        }

        faults.Invalid(path + ".cidr", range, Formats.Cidr(range));
        if (Formats.Cidr(range).Any())
        {
            return;
        }

        var exceptions = block.Texts("except").ToList();
        for (var i = 0; i < exceptions.Count; i++)
        {
            faults.Invalid($"{path}.except[{i}]", exceptions[i], Formats.Cidr(exceptions[i]));
            if (!Formats.Cidr(exceptions[i]).Any() && !Formats.IsStrictlyWithin(exceptions[i], range))
            {
                faults.Invalid($"{path}.except[{i}]", exceptions[i], "must be a strict subset of `cidr`");
            }
        }
    }
}
