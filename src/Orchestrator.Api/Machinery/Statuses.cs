using System.Globalization;
using Orchestrator.Api.Identity;

namespace Orchestrator.Api.Machinery;

/// <summary>The failures of the API with upstream's codes, reasons and messages.</summary>
/// <remarks>Upstream: apimachinery/pkg/api/errors/errors.go.</remarks>
public static class Statuses
{
    /// <summary>Upstream's text for a lost optimistic lock.</summary>
    public const string ModifiedMessage =
        "the object has been modified; please apply your changes to the latest version and try again";

    /// <summary>404: no such object.</summary>
    public static ApiStatus NotFound(GroupResource resource, string name) =>
        About(resource, name, 404, "NotFound", $"{resource} {GoText.Quote(name)} not found");

    /// <summary>404: no such resource or path.</summary>
    public static ApiStatus NoSuchResource() => new(404, "NotFound", "the server could not find the requested resource") { HasDetails = true };

    /// <summary>409: the name is taken.</summary>
    public static ApiStatus AlreadyExists(GroupResource resource, string name) =>
        About(resource, name, 409, "AlreadyExists", $"{resource} {GoText.Quote(name)} already exists");

    /// <summary>409: the object was modified in the meantime, or another given reason.</summary>
    public static ApiStatus Conflict(GroupResource resource, string name, string detail = ModifiedMessage) =>
        About(resource, name, 409, "Conflict", $"Operation cannot be fulfilled on {resource} {GoText.Quote(name)}: {detail}");

    /// <summary>409 of server-side apply: other managers own the fields.</summary>
    public static ApiStatus ApplyConflict(string message, IReadOnlyList<StatusCause> causes) =>
        new(409, "Conflict", message) { Causes = causes };

    /// <summary>422: the fields at fault, one cause each.</summary>
    public static ApiStatus Invalid(string group, string kind, string name, IReadOnlyCollection<FieldError> errors)
    {
        var qualified = group.Length == 0 ? kind : kind + "." + group;
        var texts = errors.Select(error => error.ToString()).Distinct().ToList();
        var message = $"{qualified} {GoText.Quote(name)} is invalid" + texts switch
        {
            [] => "",
            [var one] => ": " + one,
            _ => ": [" + string.Join(", ", texts) + "]",
        };
        return new ApiStatus(422, "Invalid", message)
        {
            Name = name,
            Group = group,
            Kind = kind,
            Causes = [.. errors.Select(error => error.ToCause())],
        };
    }

    /// <summary>400.</summary>
    public static ApiStatus BadRequest(string message) => new(400, "BadRequest", message);

    /// <summary>401: no valid credentials.</summary>
    public static ApiStatus Unauthorized() => new(401, "Unauthorized", "Unauthorized");

    /// <summary>403: the detail says why; an empty name speaks of the resource.</summary>
    public static ApiStatus Forbidden(GroupResource resource, string name, string detail)
    {
        var subject = name.Length == 0 ? resource.ToString() : $"{resource} {GoText.Quote(name)}";
        return About(resource, name, 403, "Forbidden", $"{subject} is forbidden: {detail}");
    }

    /// <summary>405: the resource does not have the verb.</summary>
    public static ApiStatus MethodNotAllowed(GroupResource resource, string verb) =>
        About(resource, "", 405, "MethodNotAllowed", $"{verb} is not supported on resources of kind {GoText.Quote(resource.ToString())}");

    /// <summary>405: the path does not have the HTTP method.</summary>
    public static ApiStatus MethodNotAllowed() =>
        new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource") { HasDetails = true };

    /// <summary>406.</summary>
    public static ApiStatus NotAcceptable(IEnumerable<string> mediaTypes) =>
        new(406, "NotAcceptable", "only the following media types are accepted: " + string.Join(", ", mediaTypes));

    /// <summary>410: the revision or continue token is no longer retained.</summary>
    public static ApiStatus Expired(string message, string? freshContinue = null) =>
        new(410, "Expired", message) { Continue = freshContinue };

    /// <summary>410 of a watch or list whose revision is older than the retained history.</summary>
    public static ApiStatus TooOldResourceVersion(long requested, long oldest) =>
        Expired(string.Create(CultureInfo.InvariantCulture, $"too old resource version: {requested} ({oldest})"));

    /// <summary>413.</summary>
    public static ApiStatus RequestEntityTooLarge(long limit) =>
        new(413, "RequestEntityTooLarge", string.Create(CultureInfo.InvariantCulture, $"Request entity too large: limit is {limit}"));

    /// <summary>415.</summary>
    public static ApiStatus UnsupportedMediaType(IEnumerable<string> mediaTypes) =>
        new(415, "UnsupportedMediaType",
            "the body of the request was in an unknown format - accepted media types include: " + string.Join(", ", mediaTypes));

    /// <summary>429.</summary>
    public static ApiStatus TooManyRequests(string message, int retryAfterSeconds = 1) =>
        new(429, "TooManyRequests", message) { RetryAfterSeconds = retryAfterSeconds };

    /// <summary>500.</summary>
    public static ApiStatus InternalError(string detail) =>
        new(500, "InternalError", "Internal error occurred: " + detail) { Causes = [new StatusCause("", detail, null)] };

    /// <summary>503.</summary>
    public static ApiStatus ServiceUnavailable(string message, int retryAfterSeconds = 0) =>
        new(503, "ServiceUnavailable", message) { RetryAfterSeconds = retryAfterSeconds };

    /// <summary>504: it took too long.</summary>
    public static ApiStatus Timeout(string detail, int retryAfterSeconds = 0) =>
        new(504, "Timeout", "Timeout: " + detail) { RetryAfterSeconds = retryAfterSeconds };

    /// <summary>504: a read asked for a revision of the future.</summary>
    public static ApiStatus TooLargeResourceVersion(long requested, long current) =>
        Timeout(string.Create(CultureInfo.InvariantCulture, $"Too large resource version: {requested}, current: {current}"), 1) with
        {
            Causes = [new StatusCause("ResourceVersionTooLarge", "Too large resource version", null)],
        };

    private static ApiStatus About(GroupResource resource, string name, int code, string reason, string message) =>
        new(code, reason, message) { Name = name, Group = resource.Group, Kind = resource.Resource };
}
