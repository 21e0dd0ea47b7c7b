using Orchestrator.Host.Cluster;
using Orchestrator.Host.Processes;
using Orchestrator.Host.Startup;

namespace Orchestrator.Host.Up;

/// <summary>Runs the server in the background: this program once more, in a session of its own. Returns when it is ready.</summary>
internal static class DetachedUp
{
    /// <summary>By this variable the child knows where to say how far it is.</summary>
    public const string ProgressVariable = "ORCHESTRATOR_PROGRESS";

    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Starts the server with the same arguments, in a directory that has been prepared, and passes its progress on.</summary>
    /// <exception cref="StartupException">It could not start: for the reason that it gives.</exception>
    public static async Task RunAsync(DataDirectory directory, IReadOnlyList<string> arguments, IStartProgress progress, CancellationToken cancellationToken)
    {
        using (directory.Lock())
        {
            // Free: the child takes it in a moment.
        }

        var file = Path.Combine(directory.Run, "progress");
        File.Delete(file);
        var child = await DetachedProcess.StartAsync(
            Path.Combine(directory.Run, "starting.pid"), directory.ServerLog, [.. OwnProgram.Command, .. arguments],
            new Dictionary<string, string> { [ProgressVariable] = file },

            // The arguments may name paths that begin here.
            Environment.CurrentDirectory, cancellationToken);
        try
        {
            await FollowAsync(child, file, directory.ServerLog, progress, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Who gives up waiting does not want it.
            Signals.Send(child, Signals.Terminate);
            throw;
        }
    }

    private static async Task FollowAsync(ProcessIdentity child, string file, string log, IStartProgress progress, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        var read = 0;
        while (true)
        {
            var alive = child.IsAlive;
            var (lines, ready, failure) = ProgressFile.PassOn(file, read, progress);
            read = lines;
            if (ready)
            {
                return;
            }

            if (!alive)
            {
                throw new StartupException(failure ?? $"the server ended while it started; the end of {log}:\n{LogTail.Read(log)}");
            }

            if (TimeProvider.System.GetElapsedTime(began) > Patience)
            {
                Signals.Send(child, Signals.Terminate);
                throw new StartupException($"the server was not ready after {Patience.TotalMinutes} minutes; the end of {log}:\n{LogTail.Read(log)}");
            }

            await Task.Delay(PollPeriod, cancellationToken);
        }
    }
}
