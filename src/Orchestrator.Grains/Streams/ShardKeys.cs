using System.Globalization;
using Orchestrator.Api.Identity;

namespace Orchestrator.Grains.Streams;

/// <summary>Builds and reads the keys of shard grains, <c>name/number</c>, and says which shard looks after an object.</summary>
internal static class ShardKeys
{
    /// <summary>The key of a shard.</summary>
    public static string Build(string name, int shard) => name + "/" + shard.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads a shard's key.</summary>
    public static (string Name, int Shard) Parse(string key)
    {
        var slash = key.LastIndexOf('/');
        return (key[..slash], int.Parse(key.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture));
    }

    /// <summary>The shard of an object: FNV-1a of its key, because every silo of every version must agree on it.</summary>
    public static int ShardOf(ObjectKey key, int shards)
    {
        var hash = 2166136261u;
        foreach (var letter in key.ToString())
        {
            hash = (hash ^ letter) * 16777619u;
        }

        return (int)(hash % (uint)shards);
    }
}
