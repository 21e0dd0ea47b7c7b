using System.Text.Json.Nodes;
using Orchestrator.Api.Admission.Webhooks;
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

    /// <summary>A stream to a container, a node or a Service.</summary>
    Connect,
}

/// <summary>The request as admission sees it.</summary>
public sealed record AdmissionAttributes
{
    /// <summary>What the caller wants done.</summary>
    public required AdmissionOperation Operation { get; init; }

    /// <summary>The verb by which a change is authorized: a patch is one of its own.</summary>
    public string UpdateVerb { get; init; } = "update";

    /// <summary>The kind, in the version of the request.</summary>
    public required ResourceKind Kind { get; init; }

    /// <summary>The object's name; without the last part while plugins may still change an object whose name is generated.</summary>
    public required ObjectKey Key { get; init; }

    /// <summary>The name that the object will have.</summary>
    public string FinalName { get => field ?? Key.Name; init; }

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

    /// <summary>Writes that must be committed together with the object, added to by plugins.</summary>
    public IList<CompanionWrite> Companions { get; init; } = [];

    /// <summary>Calls of webhooks whose answers the decision needs, added to by plugins; then it is repeated.</summary>
    public IList<WebhookCall> Asks { get; init; } = [];

    /// <summary>Who is asked a second time.</summary>
    public Reinvocation Reinvocation { get; init; } = new();

    /// <summary>The other versions of the resource, in which webhooks and policies may know it.</summary>
    public Func<IEnumerable<ResourceKind>> OtherVersions { get; init; } = () => [];

    /// <summary>The kind of a group, version and name that the server knows; null when there is none.</summary>
    public Func<(string Group, string Version), string, ResourceKind?> FindKind { get; init; } = (_, _) => null;

    /// <summary>Makes a changed object, in the version of a kind, the object of the request; a status when it cannot be read.</summary>
    public Func<JsonNode?, ResourceKind, ApiStatus?> TakeOver { get; init; } = (_, _) => null;

    /// <summary>False: the object is not of the request's kind, as an Eviction is not a Pod.</summary>
    public bool HasObjectOfKind { get; init; } = true;

    /// <summary>The options of the request as a document; null: derived from <see cref="Options"/>.</summary>
    public JsonObject? Request { get; init; }

    /// <summary>The operation as webhooks and policies call it.</summary>
    public string OperationName => Operation switch
    {
        AdmissionOperation.Create => "CREATE",
        AdmissionOperation.Update => "UPDATE",
        AdmissionOperation.Delete => "DELETE",
        _ => "CONNECT",
    };
}
