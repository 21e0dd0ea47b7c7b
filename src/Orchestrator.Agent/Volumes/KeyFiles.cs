using System.Text;
using k8s.Models;

namespace Orchestrator.Agent.Volumes;

/// <summary>Chooses the files that the keys of a ConfigMap or Secret become.</summary>
internal static class KeyFiles
{
    /// <summary>The permission bits of files for which nobody names others: 0644.</summary>
    public const int DefaultMode = 0x1A4;

    /// <summary>All keys under their own names, or the chosen ones under the names given.</summary>
    /// <param name="entries">The keys and what they hold.</param>
    /// <param name="items">The chosen keys; none means all.</param>
    /// <param name="defaultMode">The permission bits of items that name none.</param>
    /// <param name="optional">A chosen key may be missing.</param>
    /// <param name="kind">How messages call the keys.</param>
    /// <exception cref="VolumeException">A chosen key is missing.</exception>
    public static IReadOnlyDictionary<string, VolumeFile> Of(
        IReadOnlyDictionary<string, byte[]> entries, IList<V1KeyToPath>? items, int? defaultMode, bool? optional, string kind)
    {
        var mode = defaultMode ?? DefaultMode;
        if (items is null or { Count: 0 })
        {
            return entries.ToDictionary(entry => entry.Key, entry => new VolumeFile(entry.Value, mode), StringComparer.Ordinal);
        }

        var files = new Dictionary<string, VolumeFile>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            if (entries.TryGetValue(item.Key, out var content))
            {
                files[item.Path] = new VolumeFile(content, item.Mode ?? mode, item.User);
            }
            else if (optional != true)
            {
                throw new VolumeException($"references non-existent {kind} key: {item.Key}");
            }
        }

        return files;
    }

    /// <summary>What the keys of a ConfigMap hold, text and binary.</summary>
    public static IReadOnlyDictionary<string, byte[]> Entries(V1ConfigMap map)
    {
        var entries = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (key, text) in map.Data ?? new Dictionary<string, string>())
        {
            entries[key] = Encoding.UTF8.GetBytes(text);
        }

        foreach (var (key, bytes) in map.BinaryData ?? new Dictionary<string, byte[]>())
        {
            entries[key] = bytes;
        }

        return entries;
    }

    /// <summary>What the keys of a Secret hold.</summary>
    public static IReadOnlyDictionary<string, byte[]> Entries(V1Secret secret) =>
        (secret.Data ?? new Dictionary<string, byte[]>()).ToDictionary(StringComparer.Ordinal);

    /// <summary>No files: what an optional source shows that is not there.</summary>
    public static IReadOnlyDictionary<string, VolumeFile> None { get; } = new Dictionary<string, VolumeFile>();
}
