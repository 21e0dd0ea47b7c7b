using Google.Protobuf;
using Orchestrator.AgentProtocol;

namespace Orchestrator.Gateway.Streaming;

/// <summary>A forwarded connection into a pod as a stream of bytes.</summary>
internal sealed class AgentTransport(AgentStream agent) : Stream
{
    private ReadOnlyMemory<byte> left;
    private bool isOver;

    /// <summary>The Status document with which the agent ended the connection; null while it lasts.</summary>
    public byte[]? End { get; private set; }

    /// <inheritdoc />
    public override bool CanRead => true;

    /// <inheritdoc />
    public override bool CanSeek => false;

    /// <inheritdoc />
    public override bool CanWrite => true;

    /// <inheritdoc />
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

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
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc />
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc />
    public override void Flush()
    {
    }

    /// <inheritdoc />
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        agent.Dispose();
        base.Dispose(disposing);
    }
}
