using Orchestrator.Host.Cluster;
using Orchestrator.Host.Startup;
using Orchestrator.Host.Up;

namespace Orchestrator.Host.Tests.Up;

public sealed class UpSettingsTests
{
    private static readonly UpSettings Plain = new() { DisableAgent = true, NodeName = "n" };

    private static readonly ClusterRecord Existing = new() { ApiPort = 7443, NodeName = "old", PodCidr = "10.1.0.0/16", ServiceCidr = "10.2.0.0/16" };

    public static TheoryData<string, string> Refusals => new()
    {
        { "port 0", "--api-port 0" },
        { "pod range", "--pod-cidr 10.0.0.0/30" },
        { "service range", "--service-cidr x" },
        { "overlap", "overlap" },
        { "node name", "--node-name N_1" },
        { "simulated", "--simulated-nodes -1" },
        { "runtime", "--runtime kata" },
    };

    [Theory, MemberData(nameof(Refusals))]
    public void A_senseless_option_is_refused_by_its_name(string which, string expected)
    {
        var settings = which switch
        {
            "port 0" => Plain with { ApiPort = 0 },
            "pod range" => Plain with { PodCidr = "10.0.0.0/30" },
            "service range" => Plain with { ServiceCidr = "x" },
            "overlap" => Plain with { PodCidr = "10.96.0.0/12" },
            "node name" => Plain with { NodeName = "N_1" },
            "simulated" => Plain with { SimulatedNodes = -1 },
            _ => Plain with { Runtime = "kata" },
        };
        Assert.Contains(expected, Assert.Throws<StartupException>(() => settings.Resolve(null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cluster_stays_what_it_was_made_as()
    {
        var record = new UpSettings { DisableAgent = true }.Resolve(Existing);
        Assert.Equal(Existing, record);
        Assert.Equal(8443, (Plain with { NodeName = null, ApiPort = 8443 }).Resolve(Existing).ApiPort);
    }

    [Theory]
    [InlineData("10.9.0.0/16", null, null, "--pod-cidr")]
    [InlineData(null, "10.9.0.0/16", null, "--service-cidr")]
    [InlineData(null, null, "new", "--node-name")]
    public void What_a_cluster_was_made_with_cannot_be_changed(string? pods, string? services, string? node, string expected) =>
        Assert.StartsWith(
            expected,
            Assert.Throws<StartupException>(() => new UpSettings { DisableAgent = true, PodCidr = pods, ServiceCidr = services, NodeName = node }.Resolve(Existing)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_private_database_is_not_left_behind_by_naming_another() =>
        Assert.Throws<StartupException>(() => new UpSettings { DisableAgent = true, Database = "Host=x" }.Resolve(Existing));
}
