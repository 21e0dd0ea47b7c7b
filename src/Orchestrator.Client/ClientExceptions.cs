using System.Text.Json.Nodes;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Client;

/// <summary>A request that was not carried out: the Status that the server answered.</summary>
public class OrchestratorException(ApiStatus status) : Exception(status.Message)
{
    /// <summary>The Status.</summary>
    public ApiStatus Status { get; } = status;

    internal static OrchestratorException From(byte[] failure)
    {
        var document = JsonNode.Parse(failure)!;
        var causes = document["details"]?["causes"] as JsonArray;
        var status = new ApiStatus((int?)document["code"] ?? 500, (string?)document["reason"] ?? "", (string?)document["message"] ?? "")
        {
            Causes = [.. (causes ?? []).Select(cause =>
                new StatusCause((string?)cause?["reason"] ?? "", (string?)cause?["message"] ?? "", (string?)cause?["field"]))],
            RetryAfterSeconds = (int?)document["details"]?["retryAfterSeconds"] ?? 0,
        };
        return status.Reason switch
        {
            "Invalid" => new InvalidObjectException(status),
            "Conflict" => new ConflictException(status),
            _ => new OrchestratorException(status),
        };
    }
}

/// <summary>The object is not valid; <see cref="Causes"/> name the fields.</summary>
public sealed class InvalidObjectException(ApiStatus status) : OrchestratorException(status)
{
    /// <summary>The fields at fault.</summary>
    public IReadOnlyList<StatusCause> Causes => Status.Causes;
}

/// <summary>The object changed since it was read: read it again.</summary>
public sealed class ConflictException(ApiStatus status) : OrchestratorException(status);

/// <summary>The revision to watch from is no longer retained, or the watcher was too slow: list again.</summary>
public sealed class WatchExpiredException() : Exception("the revision is no longer retained; list again");
