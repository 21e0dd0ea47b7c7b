using k8s.Models;
using Orchestrator.Client;
using Orchestrator.TestKit.Postgres;
using Orchestrator.TestSilo;

namespace Orchestrator.Grains.Tests.Cluster;

/// <summary>Services that want the same addresses and ports at the same moment, on two silos, each a process of its own, on one real database.</summary>
public sealed class ServiceClaimTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const string Ns = "crowd";

    /// <summary>Node ports that stay free; all others are taken by one Service, so that automatic choices collide as often as they can.</summary>
    private const int Free = 12;

    private const int Asked = 60;
    private const int FirstPort = 30000;
    private const int LastPort = 32767;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);

    [Fact]
    public async Task Of_many_services_that_are_created_at_once_on_two_silos_no_two_get_the_same_port_or_address()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        await using var silos = await TwoSilos.StartAsync(postgres.ConnectionString, limit.Token);
        var client = silos.Client;
        await client.CreateAsync(Manifests.Namespace(Ns), limit.Token);
        await client.CreateAsync(Of("hoard", Enumerable.Range(FirstPort, LastPort - FirstPort + 1 - Free)), limit.Token);

        // Any free port, among few.
        var outcomes = await CreateAllAsync(client, number => Of($"any-{number}", [null]), limit.Token);
        Assert.Equal(Free, outcomes.Count(refusal => refusal is null));
        Assert.All(outcomes.OfType<string>(), refusal => Assert.EndsWith("failed to allocate a nodePort: range is full", refusal, StringComparison.Ordinal));
        var services = (await client.ListAsync<V1Service>(Ns, limit.Token)).Items;
        var given = services.SelectMany(service => service.Spec.Ports).Select(port => port.NodePort!.Value).ToList();
        Assert.Equal(Enumerable.Range(FirstPort, LastPort - FirstPort + 1), given.Order());
        await AssertAddressesAsync(client, services, limit.Token);

        // One address for which all ask, and the port that a Service gives back by changing its type.
        var gone = services.First(service => service.Metadata.Name != "hoard");
        var freed = gone.Spec.Ports[0].NodePort;
        await client.ChangeAsync<V1Service>(Ns, gone.Metadata.Name, service => service.Spec.Type = "ClusterIP", limit.Token);
        outcomes = await CreateAllAsync(client, number => Of($"this-{number}", [freed]), limit.Token);
        Assert.Single(outcomes, refusal => refusal is null);
        Assert.All(outcomes.OfType<string>(), refusal => Assert.EndsWith($"spec.ports[0].nodePort: Invalid value: {freed}: provided port is already allocated", refusal, StringComparison.Ordinal));
        const string Address = "10.96.200.200";
        outcomes = await CreateAllAsync(client, number => Addressed($"at-{number}", Address), limit.Token);
        Assert.Single(outcomes, refusal => refusal is null);
        Assert.All(outcomes.OfType<string>(), refusal => Assert.EndsWith(
            $"spec.clusterIPs: Invalid value: [\"{Address}\"]: failed to allocate IP {Address}: provided IP is already allocated", refusal, StringComparison.Ordinal));

        // What is deleted is given back with it: at once there is nothing left of it, and others may have it.
        services = (await client.ListAsync<V1Service>(Ns, limit.Token)).Items;
        await Task.WhenAll(services.Select(service => client.DeleteAsync<V1Service>(Ns, service.Metadata.Name, limit.Token)));
        Assert.DoesNotContain((await client.ListAsync<V1IPAddress>("", limit.Token)).Items, address => address.Spec.ParentRef.NamespaceProperty == Ns);
        Assert.Null(await TryCreateAsync(client, Of("again", [freed]), limit.Token));
        Assert.Null(await TryCreateAsync(client, Addressed("there", Address), limit.Token));
    }

    private static async Task AssertAddressesAsync(OrchestratorClient client, IReadOnlyList<V1Service> services, CancellationToken cancellationToken)
    {
        Assert.Equal(services.Count, services.Select(service => service.Spec.ClusterIP).Distinct().Count());
        var addresses = (await client.ListAsync<V1IPAddress>("", cancellationToken)).Items.Where(address => address.Spec.ParentRef.NamespaceProperty == Ns);
        Assert.Equal(
            services.Select(service => (service.Metadata.Name, service.Spec.ClusterIP)).Order(),
            addresses.Select(address => (address.Spec.ParentRef.Name, address.Metadata.Name)).Order());
    }

    private static Task<string?[]> CreateAllAsync(OrchestratorClient client, Func<int, V1Service> make, CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, Asked).Select(number => TryCreateAsync(client, make(number), cancellationToken)));

    private static async Task<string?> TryCreateAsync(OrchestratorClient client, V1Service service, CancellationToken cancellationToken)
    {
        try
        {
            await client.CreateAsync(service, cancellationToken);
            return null;
        }
        catch (OrchestratorException refusal) when (refusal.Message.Contains("allocate", StringComparison.Ordinal))
        {
            return refusal.Message;
        }
    }

    private static V1Service Addressed(string name, string address)
    {
        var service = Of(name, [null]);
        (service.Spec.Type, service.Spec.ClusterIP) = ("ClusterIP", address);
        return service;
    }

    private static V1Service Of(string name, IEnumerable<int?> nodePorts) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = Ns },
        Spec = new V1ServiceSpec
        {
            Type = "NodePort",
            Ports = [.. nodePorts.Select((nodePort, index) => new V1ServicePort { Name = $"p{index}", Port = index + 1, NodePort = nodePort })],
        },
    };

    private static V1Service Of(string name, IEnumerable<int> nodePorts) => Of(name, nodePorts.Select(port => (int?)port));
}
