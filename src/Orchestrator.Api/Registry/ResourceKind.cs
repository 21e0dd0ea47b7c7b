using Orchestrator.Api.CustomResources;
using Orchestrator.Api.Identity;

namespace Orchestrator.Api.Registry;

/// <summary>One kind in one version: what discovery says about it, and where it is stored.</summary>
public sealed record ResourceKind
{
    private readonly string listKind = "";

    /// <summary>The API group; empty for the core group.</summary>
    public required string Group { get; init; }

    /// <summary>The version, as in <c>v1</c>.</summary>
    public required string Version { get; init; }

    /// <summary>The kind, as in <c>Pod</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The plural resource, as in <c>pods</c>.</summary>
    public required string Resource { get; init; }

    /// <summary>The singular name, as in <c>pod</c>.</summary>
    public string Singular { get; init; } = "";

    /// <summary>kubectl's abbreviations.</summary>
    public IReadOnlyList<string> ShortNames { get; init; } = [];

    /// <summary>Groups such as <c>all</c>.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>True: objects live in a namespace.</summary>
    public bool Namespaced { get; init; }

    /// <summary>The verbs, in discovery's order.</summary>
    public IReadOnlyList<string> Verbs { get; init; } = [];

    /// <summary>The subresources.</summary>
    public IReadOnlyList<Subresource> Subresources { get; init; } = [];

    /// <summary>The resource whose objects these are in the store: core <c>events</c> for events.k8s.io too.</summary>
    public required GroupResource StorageResource { get; init; }

    /// <summary>The apiVersion in which objects are stored.</summary>
    public required string StorageApiVersion { get; init; }

    /// <summary>The kind of lists.</summary>
    public string ListKind { get => listKind.Length > 0 ? listKind : Kind + "List"; init => listKind = value; }

    /// <summary>The version of a definition that this kind comes from; null: a built-in kind.</summary>
    public CustomVersion? Custom { get; init; }

    /// <summary>The apiVersion of this version.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : Group + "/" + Version;

    /// <summary>Group and resource.</summary>
    public GroupResource GroupResource => new(Group, Resource);

    /// <summary>Group, version and kind.</summary>
    public GroupVersionKind GroupVersionKind => new(Group, Version, Kind);

    /// <summary>True: objects exist; false for reviews and bindings, which are only answered.</summary>
    public bool IsStored => Verbs.Contains("get");

    /// <summary>True: status is a subresource.</summary>
    public bool HasStatus => Subresource("status") is not null;

    /// <summary>The subresource of that name, or null.</summary>
    public Subresource? Subresource(string name) => Subresources.FirstOrDefault(candidate => candidate.Name == name);

    /// <summary>True: the kind, or its subresource, has the verb.</summary>
    public bool Allows(string verb, string subresource = "") =>
        subresource.Length == 0 ? Verbs.Contains(verb) : Subresource(subresource)?.Verbs.Contains(verb) ?? false;

    /// <summary>The key of an object of this kind in the store.</summary>
    public ObjectKey Key(string ns, string name) => new(StorageResource.Group, StorageResource.Resource, ns, name);
}

/// <summary>A subresource and what it answers with.</summary>
/// <param name="Name">As in <c>scale</c>.</param>
/// <param name="Response">The kind it reads and writes.</param>
/// <param name="Verbs">The verbs, in discovery's order.</param>
public sealed record Subresource(string Name, GroupVersionKind Response, IReadOnlyList<string> Verbs);
