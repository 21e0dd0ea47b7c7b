using System.IO.Pipelines;

namespace Orchestrator.AgentProtocol.Spdy;

/// <summary>One stream of a SPDY connection.</summary>
internal sealed class SpdyStream
{
    /// <summary>Received bytes that may wait for the reader. When they are full the whole connection waits: the protocol as Kubernetes speaks it has no windows.</summary>
    private const int MaxWaitingBytes = 256 * 1024;

    private readonly SpdySession session;
    private readonly Pipe received = new(new PipeOptions(pauseWriterThreshold: MaxWaitingBytes, resumeWriterThreshold: MaxWaitingBytes / 2, useSynchronizationContext: false));
    private readonly TaskCompletionSource broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int endsOpen = 2;
    private bool isFinished;

    internal SpdyStream(SpdySession session, int id, IReadOnlyDictionary<string, string> headers)
    {
        this.session = session;
        Id = id;
        Headers = headers;
    }

    /// <summary>The stream's number on its connection.</summary>
    public int Id { get; }

    /// <summary>The headers with which it was opened.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>What the peer sends; ends with its side of the stream or with the connection. Complete it to throw the rest away.</summary>
    public PipeReader Input => received.Reader;

    /// <summary>Completes when the peer breaks the stream off; ending its side alone does not.</summary>
    public Task Broken => broken.Task;

    /// <summary>Sends bytes.</summary>
    public Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => session.SendDataAsync(Id, bytes, isLast: false, cancellationToken);

    /// <summary>Ends this side: the peer sees the end of the stream. A second call does nothing.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        if (!isFinished)
        {
            isFinished = true;
            await session.SendDataAsync(Id, ReadOnlyMemory<byte>.Empty, isLast: true, cancellationToken);
            EndOne();
        }
    }

    /// <summary>Breaks the stream off in both directions. The caller must not be reading.</summary>
    public async Task ResetAsync(CancellationToken cancellationToken)
    {
        isFinished = true;
        await received.Reader.CompleteAsync();
        await session.ResetAsync(Id, cancellationToken);
    }

    internal async ValueTask ReceiveAsync(SpdyPiece piece, CancellationToken cancellationToken)
    {
        foreach (var part in piece.Payload)
        {
            // A reader that has completed wants no more: the bytes go nowhere.
            await received.Writer.WriteAsync(part, cancellationToken);
        }

        if (piece.IsLast)
        {
            await EndInputAsync();
            EndOne();
        }
    }

    internal ValueTask EndInputAsync() => received.Writer.CompleteAsync();

    internal ValueTask BreakAsync()
    {
        broken.TrySetResult();
        return EndInputAsync();
    }

    private void EndOne()
    {
        if (Interlocked.Decrement(ref endsOpen) == 0)
        {
            session.Forget(Id);
        }
    }
}
