using Orchestrator.AgentProtocol;

namespace Orchestrator.Gateway.Streaming;

/// <summary>The client's end of exec and attach, whichever protocol it speaks. One reader, one writer.</summary>
internal interface IClientEnd : IAsyncDisposable
{
    /// <summary>The next input, size of the terminal or end of the input; null when the client has gone.</summary>
    Task<StreamFrame?> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Sends output. Output that the client did not ask for is dropped.</summary>
    /// <exception cref="IOException">The client has gone.</exception>
    Task WriteAsync(ReadOnlyMemory<byte> bytes, bool isError, CancellationToken cancellationToken);

    /// <summary>Says how the process ended, and that nothing follows.</summary>
    /// <exception cref="IOException">The client has gone.</exception>
    Task FinishAsync(ReadOnlyMemory<byte> statusJson, CancellationToken cancellationToken);
}
