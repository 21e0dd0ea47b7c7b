using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Agent.Connection;
using Orchestrator.Agent.Cri;
using Orchestrator.Agent.Images;
using Orchestrator.Agent.Pods;
using Orchestrator.Agent.Tests.Volumes;
using Orchestrator.AgentProtocol;

namespace Orchestrator.Agent.Tests.Pods;

public sealed class PodWorkerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task The_first_look_at_a_pod_knows_what_it_references()
    {
        using var home = new TemporaryDirectory();
        var runtime = new SimulatedRuntime(TimeProvider.System);
        runtime.UseRange("10.42.0.0/24");
        using var puller = new ImagePuller(runtime);
        var outbox = new Outbox(1);
        var node = new NodeContext
        {
            Options = new AgentOptions
            {
                ServerUrl = new Uri("https://127.0.0.1"), NodeName = "node-1", StateDirectory = home.Path, CertificatePath = "", KeyPath = "", AuthorityPath = "", Simulated = true,
            },
            Facts = new NodeFacts { NodeName = "node-1", Addresses = ["192.0.2.1"], Cpus = 2, MemoryBytes = 1L << 30, DiskBytes = 1L << 30, MaxPods = 10 },
            Runtime = runtime,
            Images = puller,
            Outbox = outbox,
            Clock = TimeProvider.System,
            Loggers = NullLoggerFactory.Instance,
        };
        var update = new PodUpdate
        {
            PodJson = ByteString.CopyFromUtf8(
                """{"metadata":{"namespace":"shop","name":"web-0","uid":"u-1"},"spec":{"containers":[{"name":"web","image":"i","env":[{"name":"A","valueFrom":{"configMapKeyRef":{"name":"settings","key":"k"}}}]}]}}"""),
            ConfigMapsJson = { ByteString.CopyFromUtf8("""{"metadata":{"name":"settings"},"data":{"k":"v"}}""") },
            Namespace = "shop",
            Name = "web-0",
            Uid = "u-1",
        };
        await using var pods = new AssignedPods(node);
        pods.Update(update);

        var said = new List<string>();
        using var limit = new CancellationTokenSource(Patience);
        while (!said.Contains("Started"))
        {
            while (outbox.Next() is { } message)
            {
                said.Add(message.Event?.Reason ?? "status");
            }

            if (!said.Contains("Started"))
            {
                await outbox.WaitAsync(limit.Token);
            }
        }

        Assert.DoesNotContain("Failed", said);
    }
}
