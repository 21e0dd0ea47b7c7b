using Orchestrator.Gateway.Authentication;
using Orchestrator.Gateway.Requests;

namespace Orchestrator.Gateway.Authorization;

/// <summary>What a user wants to do: a verb on a resource, or on a path.</summary>
internal sealed record AccessRequest(ApiUser User, string Verb)
{
    /// <summary>The path, when no resource is asked for.</summary>
    public string? Path { get; init; }

    /// <summary>The API group.</summary>
    public string Group { get; init; } = "";

    /// <summary>The plural resource.</summary>
    public string Resource { get; init; } = "";

    /// <summary>The subresource; empty for the object itself.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>The namespace; empty at the cluster scope.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>The object's name; empty for all.</summary>
    public string Name { get; init; } = "";

    /// <summary>Resource and subresource as rules name them, as in <c>pods/log</c>.</summary>
    public string CombinedResource => Subresource.Length == 0 ? Resource : Resource + "/" + Subresource;

    /// <summary>The request of a user for a target.</summary>
    public static AccessRequest For(ApiUser user, RequestTarget target) => target.IsResource
        ? new AccessRequest(user, target.Verb)
        {
            Group = target.Group,
            Resource = target.Resource,
            Subresource = target.Subresource,
            Namespace = target.Namespace,
            Name = target.Name,
        }
        : new AccessRequest(user, target.Verb) { Path = target.Path };
}

/// <summary>Whether it is allowed, and by which binding.</summary>
internal readonly record struct AccessDecision(bool Allowed, string Reason)
{
    /// <summary>Nothing allows it.</summary>
    public static AccessDecision NoOpinion { get; } = new(false, "");
}
