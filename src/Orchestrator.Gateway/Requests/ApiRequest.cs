using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Registry;
using Orchestrator.Gateway.Answers;
using Orchestrator.Gateway.Authentication;

namespace Orchestrator.Gateway.Requests;

/// <summary>A request for a resource: authenticated, authorized, its kind known and the form of its answer settled.</summary>
internal sealed record ApiRequest(HttpContext Http, RequestTarget Target, ApiUser User, ResourceKind Kind, MediaForm Form)
{
    /// <summary>When the request came: ages in tables are counted from here.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>The namespace of the objects; empty for cluster-scoped kinds, whatever the URL says.</summary>
    public string Namespace => Kind.Namespaced ? Target.Namespace : "";

    /// <summary>The resource as messages name it.</summary>
    public GroupResource GroupResource => Kind.GroupResource;

    /// <summary>The object's key in the store.</summary>
    public ObjectKey Key => Kind.Key(Namespace, Target.Name);

    /// <summary>Ends when the client goes.</summary>
    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>A query parameter, or the empty string; of one that is given twice the first counts.</summary>
    public string Query(string name) => Http.Request.Query.First(name);
}
