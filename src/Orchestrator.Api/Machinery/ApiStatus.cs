using System.Text.Json.Nodes;

namespace Orchestrator.Api.Machinery;

/// <summary>Why a request was not carried out: the content of a Kubernetes Status of failure.</summary>
/// <remarks>Upstream: apimachinery/pkg/api/errors. An outcome, not an exception; the gateway alone turns it into HTTP.</remarks>
/// <param name="Code">The HTTP status code.</param>
/// <param name="Reason">The machine-readable reason, as in <c>NotFound</c>.</param>
/// <param name="Message">What a person reads.</param>
public sealed record ApiStatus(int Code, string Reason, string Message)
{
    /// <summary>The name in details.</summary>
    public string? Name { get; init; }

    /// <summary>The group in details.</summary>
    public string? Group { get; init; }

    /// <summary>The kind in details: upstream puts the plural resource here for most reasons and the kind for Invalid.</summary>
    public string? Kind { get; init; }

    /// <summary>The uid in details.</summary>
    public string? Uid { get; init; }

    /// <summary>The fields at fault.</summary>
    public IReadOnlyList<StatusCause> Causes { get; init; } = [];

    /// <summary>How many seconds to wait before a retry; zero when a retry is not suggested.</summary>
    public int RetryAfterSeconds { get; init; }

    /// <summary>A fresh continue token, for an expired page.</summary>
    public string? Continue { get; init; }

    /// <summary>True: details are written even when there is nothing in them, as upstream's generic server response does.</summary>
    public bool HasDetails { get; init; }

    /// <summary>The v1 Status document.</summary>
    public JsonObject ToJson()
    {
        var metadata = new JsonObject();
        if (Continue is not null)
        {
            metadata["continue"] = Continue;
        }

        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = metadata,
            ["status"] = "Failure",
            ["message"] = Message,
        };
        Set(status, "reason", Reason);
        if (Details() is { } details && (HasDetails || details.Count > 0))
        {
            status["details"] = details;
        }

        status["code"] = Code;
        return status;
    }

    private JsonObject Details()
    {
        var details = new JsonObject();
        Set(details, "name", Name);
        Set(details, "group", Group);
        Set(details, "kind", Kind);
        Set(details, "uid", Uid);
        if (Causes.Count > 0)
        {
            details["causes"] = new JsonArray([.. Causes.Select(cause => cause.ToJson())]);
        }

        if (RetryAfterSeconds > 0)
        {
            details["retryAfterSeconds"] = RetryAfterSeconds;
        }

        return details;
    }

    private static void Set(JsonObject target, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            target[name] = value;
        }
    }
}

/// <summary>One field at fault.</summary>
/// <param name="Reason">The kind of fault, as in <c>FieldValueRequired</c>; empty where upstream names none.</param>
/// <param name="Message">What is wrong with the field.</param>
/// <param name="Field">The path of the field.</param>
public sealed record StatusCause(string Reason, string Message, string? Field)
{
    /// <summary>The cause as it stands in a Status.</summary>
    public JsonObject ToJson()
    {
        var cause = new JsonObject();
        if (Reason.Length > 0)
        {
            cause["reason"] = Reason;
        }

        cause["message"] = Message;
        if (!string.IsNullOrEmpty(Field))
        {
            cause["field"] = Field;
        }

        return cause;
    }
}
