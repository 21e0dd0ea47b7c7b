using Orchestrator.Controllers;
using Orchestrator.Grains.Streams;

namespace Orchestrator.Grains.Controllers;

/// <summary>The controllers that this silo knows, by name.</summary>
internal sealed class ReconcilerCatalog(IEnumerable<IReconciler> reconcilers)
{
    /// <summary>The stream namespace of the controllers' shards.</summary>
    public const string StreamNamespace = "controller-shard";

    /// <summary>Shards per controller. Part of the reminders' identity, so it does not change while a cluster lives.</summary>
    public const int Shards = 16;

    private readonly Dictionary<string, IReconciler> byName = reconcilers.ToDictionary(reconciler => reconciler.Name);

    /// <summary>The names.</summary>
    public IEnumerable<string> Names => byName.Keys;

    /// <summary>The controller of that name, or null when this version has none.</summary>
    public IReconciler? Find(string name) => byName.GetValueOrDefault(name);

    /// <summary>The routes by which changes reach the controllers' shards.</summary>
    public IEnumerable<ChangeRoute> Routes => byName.Values.Select(reconciler => new ChangeRoute
    {
        StreamNamespace = StreamNamespace,
        Name = reconciler.Name,
        Shards = Shards,
        Watches = reconciler.Watches,
        KeysFor = reconciler.KeysFor,
    });
}
