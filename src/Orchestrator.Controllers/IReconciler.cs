using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;
using Orchestrator.Controllers.Plans;

namespace Orchestrator.Controllers;

/// <summary>A controller: which objects it looks after, which changes wake it, and what it decides. Pure: running it twice changes nothing.</summary>
public interface IReconciler
{
    /// <summary>The controller's name as it stands in Events and field managers, as in <c>deployment-controller</c>.</summary>
    string Name { get; }

    /// <summary>The resources whose changes it wants to hear of; empty: all.</summary>
    IReadOnlyList<GroupResource> Watches { get; }

    /// <summary>The keys that a change concerns (the object itself, its controller owner, the Services that select it ...).</summary>
    /// <param name="before">The object before; null for a new one.</param>
    /// <param name="after">The object after; of a removal its last state.</param>
    /// <param name="removed">The object is gone.</param>
    /// <param name="view">The cluster.</param>
    IEnumerable<ObjectKey> KeysFor(StoredObject? before, StoredObject after, bool removed, IClusterView view);

    /// <summary>Every key that it looks after: what a resync enqueues.</summary>
    IEnumerable<ObjectKey> AllKeys(IClusterView view);

    /// <summary>Decides what to do about one key.</summary>
    Plan Reconcile(ObjectKey key, IClusterView view, DateTimeOffset now);
}
