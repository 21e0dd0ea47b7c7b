namespace Orchestrator.Agent.Pods;

/// <summary>The long-running work of one pod, beside its loop. Results are posted back into the loop.</summary>
internal sealed class PodBackground(Action<Action> post, CancellationToken stopping) : IAsyncDisposable
{
    private readonly HashSet<Task> _running = [];
    private CancellationTokenSource _starts = CancellationTokenSource.CreateLinkedTokenSource(stopping);

    /// <summary>Runs work; afterwards the loop is told how it ended: null when it went well. Called by the pod's loop alone.</summary>
    public void Run(Func<CancellationToken, Task> work, Action<Exception?> done) => Begin(work, done, stopping);

    /// <summary>Runs work that only serves starting the pod.</summary>
    public void RunStart(Func<CancellationToken, Task> work, Action<Exception?> done) => Begin(work, done, _starts.Token);

    /// <summary>The pod ends: nothing is started any more.</summary>
    public void CancelStarts() => _starts.Cancel();

    /// <summary>The pod goes on after all.</summary>
    public void AllowStarts()
    {
        if (_starts.IsCancellationRequested)
        {
            _starts.Dispose();
            _starts = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_running);
        _starts.Dispose();
    }

    private void Begin(Func<CancellationToken, Task> work, Action<Exception?> done, CancellationToken cancellationToken)
    {
        var task = Task.Run(() => DoAsync(work, done, cancellationToken), CancellationToken.None);
        _running.RemoveWhere(ended => ended.IsCompleted);
        _running.Add(task);
    }

    private async Task DoAsync(Func<CancellationToken, Task> work, Action<Exception?> done, CancellationToken cancellationToken)
    {
        try
        {
            await work(cancellationToken);
            post(() => done(null));
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            post(() => done(failure));
        }
    }
}
