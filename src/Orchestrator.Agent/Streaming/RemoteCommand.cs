using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Orchestrator.AgentProtocol;
using Orchestrator.AgentProtocol.Spdy;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Agent.Streaming;

/// <summary>Which of a process' streams are wanted.</summary>
internal readonly record struct WantedStreams(bool Stdin, bool Stdout, bool Stderr, bool Tty);

/// <summary>Relays the streams of exec and attach between the gateway and the runtime.</summary>
/// <remarks>Protocol v4.channel.k8s.io: a SPDY stream for each of the process' streams, one for the terminal's size, and one on which the runtime says how it ended.</remarks>
internal sealed class RemoteCommand(SpdySession session, GatewayLink link, WantedStreams wanted)
{
    /// <summary>The name of the protocol.</summary>
    public const string Protocol = "v4.channel.k8s.io";

    /// <summary>The closing Status; a longer one is cut off and then not understood.</summary>
    private const int MaxStatusBytes = 64 * 1024;

    private SpdyStream? stdin;
    private SpdyStream? resize;

    /// <summary>Runs until the process' output and Status have been passed on, or the gateway has gone.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var error = await OpenAsync("error", cancellationToken);
        stdin = wanted.Stdin ? await OpenAsync("stdin", cancellationToken) : null;
        var stdout = wanted.Stdout ? await OpenAsync("stdout", cancellationToken) : null;
        var stderr = wanted.Stderr && !wanted.Tty ? await OpenAsync("stderr", cancellationToken) : null;
        resize = wanted.Tty ? await OpenAsync("resize", cancellationToken) : null;
        await link.OpenedAsync(cancellationToken);

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var input = PumpInputAsync(ended.Token);
        var output = Task.WhenAll(RelayAsync(stdout, isError: false, ended.Token), RelayAsync(stderr, isError: true, ended.Token), ReportAsync());
        try
        {
            // The gateway's side ends first only when the client has gone: then nobody wants the rest.
            if (await Task.WhenAny(input, output) == input)
            {
                await input;
                return;
            }

            await output;
        }
        finally
        {
            await ended.CancelAsync();
            await session.DisposeAsync();
            await Task.WhenAll(input, output).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }

        async Task ReportAsync()
        {
            var status = await ReadStatusAsync(error.Input, ended.Token);

            // The Status comes last: what the process wrote goes before it.
            await Task.WhenAll(stdoutDone.Task, stderrDone.Task).WaitAsync(ended.Token);
            await link.EndAsync(status, ended.Token);
        }
    }

    private readonly TaskCompletionSource stdoutDone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource stderrDone = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Task<SpdyStream> OpenAsync(string type, CancellationToken cancellationToken) =>
        session.OpenAsync(new Dictionary<string, string> { ["streamtype"] = type }, cancellationToken);

    private async Task PumpInputAsync(CancellationToken cancellationToken)
    {
        while (await link.ReadAsync(cancellationToken) is { } frame)
        {
            try
            {
                await TakeAsync(frame, cancellationToken);
            }
            catch (IOException)
            {
                // The process has closed its input or ended: what is sent to it is lost, as in a pipe. Its Status is on the way.
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task TakeAsync(StreamFrame frame, CancellationToken cancellationToken)
    {
        switch (frame.ContentCase)
        {
            case StreamFrame.ContentOneofCase.Stdin when stdin is not null:
                await stdin.WriteAsync(frame.Stdin.Memory, cancellationToken);
                break;
            case StreamFrame.ContentOneofCase.CloseStdin when stdin is not null:
                await stdin.FinishAsync(cancellationToken);
                break;
            case StreamFrame.ContentOneofCase.Resize when resize is not null:
                var size = $$"""{"Width":{{frame.Resize.Width}},"Height":{{frame.Resize.Height}}}""" + "\n";
                await resize.WriteAsync(Encoding.ASCII.GetBytes(size), cancellationToken);
                break;
            default:
                break;
        }
    }

    private async Task RelayAsync(SpdyStream? stream, bool isError, CancellationToken cancellationToken)
    {
        try
        {
            if (stream is not null)
            {
                await SendAllAsync(stream.Input, isError, cancellationToken);
            }
        }
        finally
        {
            (isError ? stderrDone : stdoutDone).TrySetResult();
        }
    }

    private async Task SendAllAsync(PipeReader reader, bool isError, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            foreach (var part in read.Buffer)
            {
                await link.SendOutputAsync(part, isError, cancellationToken);
            }

            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadStatusAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        var read = await reader.ReadAtLeastAsync(MaxStatusBytes, cancellationToken);
        var status = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, MaxStatusBytes)).ToArray();
        await reader.CompleteAsync();

        // A connection that breaks says nothing; a runtime that is done always does.
        return status.Length > 0 ? status : StreamStatuses.Bytes(Statuses.InternalError("the runtime ended the stream without saying how the process ended"));
    }
}
