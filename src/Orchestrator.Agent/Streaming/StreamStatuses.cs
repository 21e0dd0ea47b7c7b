using System.Text;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Agent.Streaming;

/// <summary>How streams end, as v1 Status documents with kubelet's messages.</summary>
internal static class StreamStatuses
{
    /// <summary>It ended well.</summary>
    public static ReadOnlyMemory<byte> Success { get; } = """{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success"}"""u8.ToArray();

    /// <summary>The pod has no sandbox here.</summary>
    public static ApiStatus NoSuchPod() => Statuses.InternalError("pod does not exist");

    /// <summary>The container has no process that could be joined.</summary>
    public static ApiStatus NoSuchContainer(string container) => Statuses.InternalError($"unable to upgrade connection: container not found (\"{container}\")");

    /// <summary>There was no run before this one.</summary>
    public static ApiStatus NoPreviousRun(string container, string pod) => Statuses.BadRequest($"previous terminated container \"{container}\" in pod \"{pod}\" not found");

    /// <summary>The container has not run yet, or nothing of it is left.</summary>
    public static ApiStatus NoLog(string container, string pod) => Statuses.BadRequest($"container \"{container}\" in pod \"{pod}\" is not available");

    /// <summary>The runtime did not do it.</summary>
    public static ApiStatus RuntimeFailed(string message) => Statuses.InternalError(message);

    /// <summary>The document of a failure.</summary>
    public static byte[] Bytes(ApiStatus status) => Encoding.UTF8.GetBytes(status.ToJson().ToJsonString());
}
