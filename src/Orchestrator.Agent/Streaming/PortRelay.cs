using System.Globalization;
using System.Text;
using Orchestrator.AgentProtocol;
using Orchestrator.AgentProtocol.Spdy;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Agent.Streaming;

/// <summary>Relays one connection into a pod's network between the gateway and the runtime.</summary>
/// <remarks>Protocol portforward.k8s.io: a SPDY stream with the bytes, and one before it on which the runtime says what went wrong.</remarks>
internal static class PortRelay
{
    /// <summary>The name of the protocol.</summary>
    public const string Protocol = "portforward.k8s.io";

    /// <summary>What the runtime may say about a failure.</summary>
    private const int MaxErrorBytes = 4 * 1024;

    /// <summary>Runs until both directions have ended, or the gateway has gone.</summary>
    public static async Task RunAsync(SpdySession session, GatewayLink link, int port, CancellationToken cancellationToken)
    {
        var error = await OpenAsync(session, "error", port, cancellationToken);
        await error.FinishAsync(cancellationToken);
        var data = await OpenAsync(session, "data", port, cancellationToken);
        await link.OpenedAsync(cancellationToken);

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var input = PumpInputAsync(link, data, ended.Token);
        var output = PumpOutputAsync(link, data, error, ended.Token);
        try
        {
            await await Task.WhenAny(input, output);
        }
        finally
        {
            await ended.CancelAsync();
            await session.DisposeAsync();
            await Task.WhenAll(input, output).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private static Task<SpdyStream> OpenAsync(SpdySession session, string type, int port, CancellationToken cancellationToken) => session.OpenAsync(
        new Dictionary<string, string> { ["streamtype"] = type, ["port"] = port.ToString(CultureInfo.InvariantCulture), ["requestid"] = "0" }, cancellationToken);

    /// <summary>Ends only with the gateway; a client that is done sending may still want to read.</summary>
    private static async Task PumpInputAsync(GatewayLink link, SpdyStream data, CancellationToken cancellationToken)
    {
        while (await link.ReadAsync(cancellationToken) is { } frame)
        {
            try
            {
                if (frame.ContentCase == StreamFrame.ContentOneofCase.Stdin)
                {
                    await data.WriteAsync(frame.Stdin.Memory, cancellationToken);
                }
                else if (frame.ContentCase == StreamFrame.ContentOneofCase.CloseStdin)
                {
                    await data.FinishAsync(cancellationToken);
                }
            }
            catch (IOException)
            {
                // The pod's end is closed; what it sent before is still on the way back.
            }
        }
    }

    private static async Task PumpOutputAsync(GatewayLink link, SpdyStream data, SpdyStream error, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await data.Input.ReadAsync(cancellationToken);
            foreach (var part in read.Buffer)
            {
                await link.SendOutputAsync(part, isError: false, cancellationToken);
            }

            data.Input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                break;
            }
        }

        var said = await error.Input.ReadAtLeastAsync(MaxErrorBytes, cancellationToken);
        var message = Encoding.UTF8.GetString(said.Buffer.Slice(0, Math.Min(said.Buffer.Length, MaxErrorBytes)));
        await link.EndAsync(message.Length == 0 ? StreamStatuses.Success : StreamStatuses.Bytes(new ApiStatus(500, "InternalError", message)), cancellationToken);
    }
}
