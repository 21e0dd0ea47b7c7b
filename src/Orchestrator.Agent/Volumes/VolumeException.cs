namespace Orchestrator.Agent.Volumes;

/// <summary>Volumes of a pod cannot be set up: what FailedMount events say.</summary>
internal sealed class VolumeException : Exception
{
    /// <summary>Creates it with one event's text.</summary>
    public VolumeException(string message)
        : base(message) => Messages = [message];

    /// <summary>Creates it with one event's text and its cause.</summary>
    public VolumeException(string message, Exception innerException)
        : base(message, innerException) => Messages = [message];

    /// <summary>Creates it with a text for each volume that failed; there is at least one.</summary>
    public VolumeException(IReadOnlyList<string> messages)
        : base(messages[0]) => Messages = messages;

    /// <summary>One text for each volume that failed; the first is the exception's own message.</summary>
    public IReadOnlyList<string> Messages { get; }
}
