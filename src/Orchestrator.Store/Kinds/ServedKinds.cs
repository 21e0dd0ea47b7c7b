using Orchestrator.Api.CustomResources;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Registry;
using Orchestrator.Store.Cache;

namespace Orchestrator.Store.Kinds;

/// <summary>The kinds that this silo serves now: the built-in ones and those of the definitions in its cache.</summary>
/// <remarks>Made anew when a definition changes, and then only the changed definition is read again. Every request takes one registry and keeps it.</remarks>
public sealed class ServedKinds(IWatchCache cache)
{
    private readonly Lock gate = new();
    private volatile Snapshot current = new(null, [], KindRegistry.BuiltIn);

    /// <summary>The registry as of the cache's revision.</summary>
    public KindRegistry Current
    {
        get
        {
            var token = cache.Token(CustomDefinition.Resource);
            var known = current;
            return Equals(known.Token, token) ? known.Kinds : Renew(token);
        }
    }

    private KindRegistry Renew(object token)
    {
        lock (gate)
        {
            if (Equals(current.Token, token))
            {
                return current.Kinds;
            }

            // Read after the token: what is newer than it is looked at again with the next one.
            var definitions = new Dictionary<ObjectKey, CustomDefinition>();
            foreach (var cached in cache.Snapshot(CustomDefinition.Resource, "").Objects)
            {
                var key = cached.Stored.Key;
                definitions[key] = current.Definitions.TryGetValue(key, out var known) && known.Revision == cached.Stored.Revision
                    ? known
                    : CustomDefinition.Read(cached.Stored);
            }

            current = new Snapshot(token, definitions, CustomKinds.Registry(KindRegistry.BuiltIn, definitions.Values));
            return current.Kinds;
        }
    }

    private sealed record Snapshot(object? Token, Dictionary<ObjectKey, CustomDefinition> Definitions, KindRegistry Kinds);
}
