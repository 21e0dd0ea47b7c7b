using System.CommandLine;
using System.Runtime.InteropServices;
using Orchestrator.Host.Startup;

namespace Orchestrator.Host.Commands;

/// <summary>Runs a command: Ctrl-C and SIGTERM cancel it, and a failure is told in one message.</summary>
internal static class CommandRun
{
    private const int Failed = 1;
    private const int Interrupted = 130;

    /// <summary>Gives a command its action.</summary>
    public static void Runs(this Command command, Func<ParseResult, CancellationToken, Task> action) =>
        command.SetAction(async (result, _) => await RunAsync(cancellationToken => action(result, cancellationToken)));

    private static async Task<int> RunAsync(Func<CancellationToken, Task> action)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
        try
        {
            await action(stop.Token);
            return 0;
        }
        catch (StartupException e)
        {
            await Console.Error.WriteLineAsync("orchestrator: " + e.Message);
            return Failed;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return Interrupted;
        }

        void Cancel(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }
}
