using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;

namespace Orchestrator.Grains.Objects;

/// <summary>The failures that show only when a write meets the store. Upstream: apimachinery/pkg/api/errors and the namespace lifecycle admission.</summary>
internal static class StoreStatuses
{
    /// <summary>How long a client is asked to wait when the store does not answer or has too much to do.</summary>
    internal const int RetryAfterSeconds = 1;

    /// <summary>404: there is no such object.</summary>
    public static ApiStatus NotFound(ObjectKey key) => About(key, 404, "NotFound", $"{key.GroupResource} \"{key.Name}\" not found");

    /// <summary>409: there already is such an object. It is named by the group of the request, which the version holds where it is not the store's.</summary>
    public static ApiStatus AlreadyExists(ObjectKey key, string version)
    {
        var slash = version.IndexOf('/', StringComparison.Ordinal);
        return Statuses.AlreadyExists(slash < 0 ? key.GroupResource : new GroupResource(version[..slash], key.Resource), key.Name);
    }

    /// <summary>409: the object changed meanwhile.</summary>
    public static ApiStatus Conflict(ObjectKey key) => About(
        key,
        409,
        "Conflict",
        $"Operation cannot be fulfilled on {key.GroupResource} \"{key.Name}\": the object has been modified; "
        + "please apply your changes to the latest version and try again");

    /// <summary>404 when the namespace does not exist, 403 when it is being terminated.</summary>
    public static ApiStatus NamespaceGone(ObjectKey key, IClusterView view)
    {
        var ns = new ObjectKey("", "namespaces", "", key.Namespace);
        if (view.Get(ns) is null)
        {
            return NotFound(ns);
        }

        var message = $"unable to create new content in namespace {key.Namespace} because it is being terminated";
        return About(key, 403, "Forbidden", $"{key.GroupResource} \"{key.Name}\" is forbidden: {message}") with
        {
            Causes = [new StatusCause("NamespaceTerminating", $"namespace {key.Namespace} is being terminated", "metadata.namespace")],
        };
    }

    /// <summary>429: the commit queue is full.</summary>
    public static ApiStatus Overloaded() => new(429, "TooManyRequests", "Too many requests, please try again later.")
    {
        RetryAfterSeconds = RetryAfterSeconds,
    };

    /// <summary>503: the database does not answer.</summary>
    public static ApiStatus Unavailable() => new(503, "ServiceUnavailable", "the database is not available, please try again later")
    {
        RetryAfterSeconds = RetryAfterSeconds,
    };

    private static ApiStatus About(ObjectKey key, int code, string reason, string message) =>
        new(code, reason, message) { Name = key.Name, Group = key.Group, Kind = key.Resource };
}
