using System.Collections.Concurrent;
using Google.Protobuf;
using k8s;
using k8s.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Agent.Connection;
using Orchestrator.Agent.Cri;
using Orchestrator.Agent.Images;
using Orchestrator.Agent.Pods;
using Orchestrator.AgentProtocol;

namespace Orchestrator.Agent.Tests.Pods;

/// <summary>The pods' part of an agent over a real or simulated runtime; what it says is collected instead of sent.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Outbox outbox = new(1);
    private readonly ImagePuller puller;
    private readonly CancellationTokenSource stop = new();
    private readonly Task working;

    public TestNode(ICriRuntime runtime, string folder, bool simulated = false)
    {
        puller = new ImagePuller(runtime);
        var options = new AgentOptions
        {
            ServerUrl = new Uri("https://127.0.0.1:1"),
            NodeName = "n",
            StateDirectory = folder,
            CertificatePath = "",
            KeyPath = "",
            AuthorityPath = "",
            Simulated = simulated,
            CgroupRoot = CgroupRoot = "/" + Path.GetFileName(folder),
        };
        Pods = new AssignedPods(new NodeContext
        {
            Options = options,
            Facts = new NodeFacts { NodeName = "n", Addresses = ["127.0.0.1"], Cpus = 2, MemoryBytes = 4L << 30, DiskBytes = 1L << 40, MaxPods = 10 },
            Runtime = runtime,
            Images = puller,
            Outbox = outbox,
            Clock = TimeProvider.System,
            Loggers = NullLoggerFactory.Instance,
        });
        working = Task.WhenAll(CollectAsync(), new RuntimeWatch(runtime, Pods, TimeProvider.System).RunAsync(stop.Token));
    }

    public AssignedPods Pods { get; }

    public string CgroupRoot { get; }

    public ConcurrentDictionary<string, V1PodStatus> Statuses { get; } = new();

    public ConcurrentDictionary<string, bool> Gone { get; } = new();

    public ConcurrentQueue<EventReport> Events { get; } = new();

    public static PodUpdate Update(V1Pod pod) => new()
    {
        Namespace = pod.Metadata.NamespaceProperty,
        Name = pod.Metadata.Name,
        Uid = pod.Metadata.Uid,
        PodJson = ByteString.CopyFromUtf8(KubernetesJson.Serialize(pod)),
    };

    /// <summary>Waits until a pod's last status is as wanted.</summary>
    public async Task<V1PodStatus> StatusAsync(string uid, Func<V1PodStatus, bool> wanted)
    {
        await UntilAsync(() => Statuses.TryGetValue(uid, out var status) && wanted(status), () => Statuses.TryGetValue(uid, out var status) ? KubernetesJson.Serialize(status) : "no status");
        return Statuses[uid];
    }

    public Task GoneAsync(string uid) => UntilAsync(() => Gone.ContainsKey(uid), () => $"{uid} is not gone");

    public static async Task UntilAsync(Func<bool> holds, Func<string> otherwise)
    {
        var end = DateTimeOffset.UtcNow + Patience;
        while (!holds())
        {
            if (DateTimeOffset.UtcNow > end)
            {
                throw new TimeoutException(otherwise());
            }

            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await working;
        await Pods.DisposeAsync();
        puller.Dispose();
        stop.Dispose();
    }

    private async Task CollectAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            while (outbox.Next() is { } message)
            {
                Take(message);
            }

            try
            {
                await outbox.WaitAsync(stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private void Take(AgentMessage message)
    {
        switch (message.ContentCase)
        {
            case AgentMessage.ContentOneofCase.Pod:
                Statuses[message.Pod.Uid] = KubernetesJson.Deserialize<V1PodStatus>(message.Pod.StatusJson.ToStringUtf8());
                break;
            case AgentMessage.ContentOneofCase.PodGone:
                Gone[message.PodGone.Uid] = true;
                break;
            case AgentMessage.ContentOneofCase.Event:
                Events.Enqueue(message.Event);
                break;
        }
    }
}
