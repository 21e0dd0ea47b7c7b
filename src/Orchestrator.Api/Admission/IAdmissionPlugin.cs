using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Registry;

namespace Orchestrator.Api.Admission;

/// <summary>A rule of the cluster that a write must pass, beyond the rules of its kind.</summary>
/// <remarks>Upstream: admission.MutationInterface and ValidationInterface. All plugins mutate first, in order, then all validate.</remarks>
public interface IAdmissionPlugin
{
    /// <summary>Upstream's name, as in <c>ServiceAccount</c>.</summary>
    string Name { get; }

    /// <summary>May change the object; a status refuses the request.</summary>
    ApiStatus? Admit(AdmissionAttributes attributes) => null;

    /// <summary>Looks at the final object; a status refuses the request.</summary>
    ApiStatus? Validate(AdmissionAttributes attributes) => null;
}

/// <summary>What the caller wants done.</summary>
public enum AdmissionOperation
{
    /// <summary>A new object, or a creating subresource such as binding.</summary>
    Create,

    /// <summary>A replacement or a patch.</summary>
    Update,

    /// <summary>A deletion.</summary>
    Delete,
}

/// <summary>The request as admission sees it.</summary>
public sealed record AdmissionAttributes
{
    /// <summary>What the caller wants done.</summary>
    public required AdmissionOperation Operation { get; init; }

    /// <summary>The kind, in the version of the request.</summary>
    public required ResourceKind Kind { get; init; }

    /// <summary>The object's name.</summary>
    public required ObjectKey Key { get; init; }

    /// <summary>The subresource; empty for the object itself.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>The object as it is to be; null on delete. Plugins change it in place.</summary>
    public JsonObject? Object { get; init; }

    /// <summary>The object as it was; null on create.</summary>
    public JsonObject? OldObject { get; init; }

    /// <summary>Who asks and how.</summary>
    public required WriteOptions Options { get; init; }

    /// <summary>The time and the cluster.</summary>
    public required Surroundings At { get; init; }

    /// <summary>Non-fatal remarks for the caller, added to by plugins.</summary>
    public IList<string> Warnings { get; init; } = [];
}
