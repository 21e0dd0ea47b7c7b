namespace Orchestrator.Host.Startup;

/// <summary>The command cannot do what it was asked: the message says what stands in the way, why, and what to do about it.</summary>
internal sealed class StartupException : Exception
{
    /// <summary>Creates the exception.</summary>
    public StartupException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with what caused it.</summary>
    public StartupException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
