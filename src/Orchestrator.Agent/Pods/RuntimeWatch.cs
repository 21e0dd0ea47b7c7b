using System.Threading.Channels;
using Grpc.Core;
using Orchestrator.Agent.Cri;

namespace Orchestrator.Agent.Pods;

/// <summary>Notices what happens in the runtime: by its own stream of events where it has one, and by looking each second in any case.</summary>
internal sealed class RuntimeWatch(ICriRuntime runtime, AssignedPods pods, TimeProvider clock)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var listening = ListenAsync(cancellationToken);
        while (!cancellationToken.IsCancellationRequested)
        {
            await pods.LookAsync(cancellationToken);
            using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            pause.CancelAfter(Period);
            try
            {
                await _news.Reader.ReadAsync(pause.Token);
            }
            catch (OperationCanceledException)
            {
                // Time to look again, or to end.
            }
        }

        await listening;
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var _ in runtime.ContainerEventsAsync(cancellationToken))
                {
                    _news.Writer.TryWrite(true);
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (CriException absent) when (absent.Code == StatusCode.Unimplemented)
            {
                return;
            }
            catch (CriException)
            {
                // The runtime is away; looking goes on and finds it again.
            }

            try
            {
                await Task.Delay(Period, clock, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
