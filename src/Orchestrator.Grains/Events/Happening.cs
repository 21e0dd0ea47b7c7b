using Orchestrator.Api.Identity;

namespace Orchestrator.Grains.Events;

/// <summary>Something that happened to an object, to be told as an Event.</summary>
internal sealed record Happening
{
    /// <summary>Who tells, as in <c>deployment-controller</c>.</summary>
    public required string Component { get; init; }

    /// <summary>The node on which it happened; empty for the control plane.</summary>
    public string Host { get; init; } = "";

    /// <summary>The user as whom the Event is written.</summary>
    public required string User { get; init; }

    /// <summary>The object.</summary>
    public required ObjectKey About { get; init; }

    /// <summary>Its kind.</summary>
    public required string Kind { get; init; }

    /// <summary>Its API version, as in <c>apps/v1</c>.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>Its uid.</summary>
    public required string Uid { get; init; }

    /// <summary>The part of it, as in <c>spec.containers{web}</c>.</summary>
    public string FieldPath { get; init; } = "";

    /// <summary><c>Normal</c> or <c>Warning</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The reason, upstream's word.</summary>
    public required string Reason { get; init; }

    /// <summary>The sentence.</summary>
    public required string Message { get; init; }
}
