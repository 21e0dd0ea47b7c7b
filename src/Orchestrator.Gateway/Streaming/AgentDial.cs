using System.Globalization;
using Google.Protobuf;
using Orchestrator.AgentProtocol;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Answers;
using Orchestrator.Gateway.Hosting;
using Orleans.Concurrency;

namespace Orchestrator.Gateway.Streaming;

/// <summary>What came of asking a node for a stream: the stream, or a Status document of failure.</summary>
internal readonly record struct DialOutcome(AgentStream? Stream, byte[]? Failure)
{
    /// <summary>A failure that the gateway found.</summary>
    public static DialOutcome Failed(ApiStatus status) => new(null, AnswerWriter.Encode(status.ToJson()));
}

/// <summary>Asks a node's agent, through its grain, to dial back to this silo with a stream.</summary>
internal static class AgentDial
{
    /// <summary>How long the agent and its runtime may take to begin, once the agent has dialled.</summary>
    private static readonly TimeSpan BeginTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Returns when what was asked for has begun on the node or has failed: until then nothing has been answered to the client.</summary>
    public static async Task<DialOutcome> OpenAsync(GatewayServices gateway, string node, OpenStream wanted, CancellationToken cancellationToken)
    {
        using var meeting = gateway.Streams.Expect(node);
        if (meeting is null)
        {
            return DialOutcome.Failed(Statuses.TooManyRequests("too many streams are being opened, please try again later"));
        }

        wanted.StreamId = meeting.StreamId;
        wanted.GatewayUrl = gateway.Options.AdvertisedUrl;
        if (await gateway.Grains.Node(node).OpenStreamAsync(new Immutable<byte[]>(wanted.ToByteArray()), cancellationToken) is { } obstacle)
        {
            return DialOutcome.Failed(Statuses.InternalError("error dialing backend: " + obstacle));
        }

        var timeout = gateway.Options.StreamDialTimeout;
        if (await meeting.ArriveAsync(timeout, gateway.Clock, cancellationToken) is not { } stream)
        {
            var seconds = timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            return DialOutcome.Failed(Statuses.Timeout($"error dialing backend: the agent of node {node} did not answer within {seconds} s"));
        }

        try
        {
            var outcome = await BeginAsync(gateway, node, stream, cancellationToken);
            if (outcome.Stream is null)
            {
                stream.Dispose();
            }

            return outcome;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    private static async Task<DialOutcome> BeginAsync(GatewayServices gateway, string node, AgentStream stream, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(BeginTimeout, gateway.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return (await stream.ReadAsync(either.Token))?.ContentCase switch
            {
                StreamFrame.ContentOneofCase.Opened => new DialOutcome(stream, null),
                StreamFrame.ContentOneofCase.StatusJson => new DialOutcome(null, stream.Current.StatusJson.ToByteArray()),
                _ => DialOutcome.Failed(Statuses.InternalError($"error dialing backend: the agent of node {node} ended the stream")),
            };
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return DialOutcome.Failed(Statuses.Timeout($"the runtime of node {node} did not answer in time"));
        }
    }
}
