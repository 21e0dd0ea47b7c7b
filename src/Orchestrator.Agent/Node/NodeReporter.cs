using System.Threading.Channels;
using Google.Protobuf;
using k8s;
using k8s.Models;
using Orchestrator.Agent.Connection;
using Orchestrator.Agent.Cri;
using Orchestrator.AgentProtocol;
using Orchestrator.AgentProtocol.Cri;

namespace Orchestrator.Agent.Node;

/// <summary>Watches the host and its runtime, and tells what changed of the node.</summary>
internal sealed class NodeReporter(AgentOptions options, NodeFacts facts, ICriRuntime runtime, Outbox outbox, TimeProvider clock)
{
    /// <summary>The version of the API that the agent serves, which clients read as kubelet's.</summary>
    public const string AgentVersion = "v1.36.2+orchestrator";

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    /// <summary>How often a node that is not ready looks whether it is.</summary>
    private static readonly TimeSpan ImpatientPeriod = TimeSpan.FromSeconds(1);

    /// <summary>An unchanged status is told again after this long, with fresh times. Upstream: nodeStatusReportFrequency.</summary>
    private static readonly TimeSpan Repeat = TimeSpan.FromMinutes(5);

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private string _told = "";
    private DateTimeOffset _toldAt;
    private string _runtimeVersion = "";

    /// <summary>Something has changed that readiness depends on.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    /// <summary>The Node as the first message of a connection carries it.</summary>
    public async Task<Hello> HelloAsync(CancellationToken cancellationToken)
    {
        var labels = new Dictionary<string, string>(options.Labels)
        {
            ["kubernetes.io/hostname"] = options.NodeName,
            ["kubernetes.io/os"] = "linux",
            ["kubernetes.io/arch"] = HostReader.System("", "").Architecture,
        };
        var node = new V1Node
        {
            Metadata = new V1ObjectMeta { Name = options.NodeName, Labels = labels },
            Spec = options.PodCidr.Length > 0 ? new V1NodeSpec { PodCIDR = options.PodCidr } : null,
            Status = NodeStatuses.Of(await LookAsync(cancellationToken)),
        };
        return new Hello { NodeName = options.NodeName, NodeJson = ByteString.CopyFromUtf8(KubernetesJson.Serialize(node)), AgentVersion = AgentVersion };
    }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var view = await LookAsync(cancellationToken);
            var status = NodeStatuses.Of(view);
            var print = KubernetesJson.Serialize(NodeStatuses.Of(view with { Now = DateTimeOffset.UnixEpoch }));
            if (print != _told || view.Now - _toldAt > Repeat)
            {
                (_told, _toldAt) = (print, view.Now);
                outbox.Report(new NodeReport { StatusJson = ByteString.CopyFromUtf8(KubernetesJson.Serialize(status)) });
            }

            var isReady = status.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" });
            using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            pause.CancelAfter(isReady ? Period : ImpatientPeriod);
            try
            {
                await _wake.Reader.ReadAsync(pause.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Time to look again.
            }
        }
    }

    private async Task<NodeView> LookAsync(CancellationToken cancellationToken)
    {
        RuntimeStatus? status = null;
        IReadOnlyList<Image> images = [];
        string? fault = null;
        try
        {
            if (_runtimeVersion.Length == 0)
            {
                var version = await runtime.VersionAsync(cancellationToken);
                _runtimeVersion = $"{version.RuntimeName}://{version.RuntimeVersion}";
            }

            status = await runtime.StatusAsync(cancellationToken);
            images = await runtime.ListImagesAsync(cancellationToken);
        }
        catch (CriException away)
        {
            // A runtime that comes back may be another version.
            (fault, _runtimeVersion) = (away.Detail, "");
        }

        return new NodeView
        {
            Facts = facts,
            System = HostReader.System(_runtimeVersion, AgentVersion),
            Pressure = options.Simulated ? new HostPressure(false, false, false) : HostReader.Pressure(options),
            RuntimeFault = fault,
            Runtime = status,
            Images = images,
            Now = clock.GetUtcNow(),
        };
    }
}
