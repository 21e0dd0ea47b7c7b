using k8s;

namespace Orchestrator.Client;

/// <summary>The objects of a list.</summary>
/// <param name="Items">In the order of their keys.</param>
/// <param name="Revision">A watch from here misses nothing.</param>
public sealed record ObjectList<T>(IReadOnlyList<T> Items, long Revision);

/// <summary>One change of one object.</summary>
/// <param name="Type">Added, Modified or Deleted; with a selector, as the selection sees it.</param>
/// <param name="Object">The object after the change; of a deleted one its last state.</param>
/// <param name="Revision">The place in the history: a watch from here goes on after this change.</param>
public sealed record Change<T>(WatchEventType Type, T Object, long Revision);

/// <summary>What a delete came to.</summary>
/// <param name="Object">The object as it now stands, or last stood.</param>
/// <param name="IsGone">False while finalizers, a grace period or dependents hold it.</param>
public sealed record Deletion<T>(T Object, bool IsGone);

/// <summary>Which objects of a resource to list or watch.</summary>
public sealed record Selection
{
    /// <summary>Every object.</summary>
    public static Selection Everything { get; } = new();

    /// <summary>As kubectl's -l, as in <c>app=web,tier in (a,b)</c>.</summary>
    public string Labels { get; init; } = "";

    /// <summary>As kubectl's --field-selector, as in <c>spec.nodeName=n1</c>.</summary>
    public string Fields { get; init; } = "";
}
