using Google.Protobuf;
using Orchestrator.AgentProtocol;

namespace Orchestrator.Gateway.Streaming;

/// <summary>A forwarded connection into a pod as a stream of bytes.</summary>
internal sealed class AgentTransport(AgentStream agent) : DuplexStream
{
    private ReadOnlyMemory<byte> left;
    private bool isOver;

    /// <summary>The Status document with which the agent ended the connection; null while it lasts.</summary>
    public byte[]? End { get; private set; }

    /// <inheritdoc />
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (left.IsEmpty && !isOver)
        {
            var frame = await agent.ReadAsync(cancellationToken);
            isOver = frame is null || frame.ContentCase == StreamFrame.ContentOneofCase.StatusJson;
            End = frame?.ContentCase == StreamFrame.ContentOneofCase.StatusJson ? frame.StatusJson.ToByteArray() : End;
            left = frame?.ContentCase == StreamFrame.ContentOneofCase.Stdout ? frame.Stdout.Memory : default;
        }

        var count = Math.Min(buffer.Length, left.Length);
        left[..count].CopyTo(buffer);
        left = left[count..];
        return count;
    }

    /// <inheritdoc />
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!await agent.TryWriteAsync(new StreamFrame { Stdin = UnsafeByteOperations.UnsafeWrap(buffer) }, cancellationToken))
        {
            throw new IOException("the connection to the node was lost");
        }
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        agent.Dispose();
        base.Dispose(disposing);
    }
}
