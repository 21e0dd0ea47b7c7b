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
        var details = document["details"];
        var causes = details?["causes"] as JsonArray;
        return From(new ApiStatus((int?)document["code"] ?? 500, (string?)document["reason"] ?? "", (string?)document["message"] ?? "")
        {
            Name = (string?)details?["name"],
            Group = (string?)details?["group"],
            Kind = (string?)details?["kind"],
            Uid = (string?)details?["uid"],
            Causes = [.. (causes ?? []).Select(cause =>
                new StatusCause((string?)cause?["reason"] ?? "", (string?)cause?["message"] ?? "", (string?)cause?["field"]))],
            RetryAfterSeconds = (int?)details?["retryAfterSeconds"] ?? 0,
        });
    }

    internal static OrchestratorException From(ApiStatus status) => status.Reason switch
    {
        "Invalid" => new InvalidObjectException(status),
        "Conflict" => new ConflictException(status),
        "AlreadyExists" => new AlreadyExistsException(status),
        "NotFound" => new NotFoundException(status),
        "Forbidden" => new ForbiddenException(status),
        "ServiceUnavailable" or "TooManyRequests" or "Timeout" => new UnavailableException(status),
        _ => new OrchestratorException(status),
    };
}

/// <summary>The object is not valid; <see cref="Causes"/> name the fields.</summary>
public sealed class InvalidObjectException(ApiStatus status) : OrchestratorException(status)
{
    /// <summary>What is wrong, field by field.</summary>
    public IReadOnlyList<StatusCause> Causes => Status.Causes;

    /// <summary>The fields at fault, as in <c>spec.template.spec.containers[0].image</c>.</summary>
    public IReadOnlyList<string> Fields => [.. Causes.Select(cause => cause.Field).OfType<string>()];
}

/// <summary>The object changed since it was read, or another manager owns a field: read it again.</summary>
public sealed class ConflictException(ApiStatus status) : OrchestratorException(status)
{
    /// <summary>The fields that another manager owns; empty when the object as a whole has changed.</summary>
    public IReadOnlyList<string> Fields => [.. Status.Causes.Select(cause => cause.Field).OfType<string>()];
}

/// <summary>There already is an object of that name.</summary>
public sealed class AlreadyExistsException(ApiStatus status) : OrchestratorException(status);

/// <summary>There is no such object, namespace or revision.</summary>
public sealed class NotFoundException(ApiStatus status) : OrchestratorException(status);

/// <summary>Admission refused: a quota, a namespace that is being deleted, a policy.</summary>
public sealed class ForbiddenException(ApiStatus status) : OrchestratorException(status);

/// <summary>The cluster cannot take the write now; nothing was stored unless the database failed in between. Try again after <see cref="RetryAfter"/>.</summary>
public sealed class UnavailableException(ApiStatus status) : OrchestratorException(status)
{
    /// <summary>How long to wait.</summary>
    public TimeSpan RetryAfter => TimeSpan.FromSeconds(Math.Max(1, Status.RetryAfterSeconds));
}

/// <summary>The silo that was to write was lost before it answered: the write may or may not have happened. Read the object to see.</summary>
public sealed class OutcomeUnknownException(string what, Exception cause) : Exception($"it is not known whether the write of {what} happened: {cause.Message}", cause);

/// <summary>The revision to watch from is no longer retained, or the watcher was too slow: list again.</summary>
public sealed class WatchExpiredException() : Exception("the revision is no longer retained; list again");
