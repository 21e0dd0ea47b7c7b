using Grpc.Core;

namespace Orchestrator.Agent.Cri;

/// <summary>The container runtime refused or did not answer. The message is written as upstream's agent writes it into events.</summary>
internal sealed class CriException : IOException
{
    public CriException(StatusCode code, string detail, Exception? inner = null)
        : base($"rpc error: code = {code} desc = {detail}", inner)
    {
        Code = code;
        Detail = detail;
    }

    /// <summary>What kind of failure it was.</summary>
    public StatusCode Code { get; }

    /// <summary>The runtime's own words.</summary>
    public string Detail { get; }

    /// <summary>True when the runtime could not be reached, which says nothing about the containers.</summary>
    public bool IsUnreachable => Code == StatusCode.Unavailable;
}
