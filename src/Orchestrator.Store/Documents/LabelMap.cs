using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Orchestrator.Store.Documents;

/// <summary>The labels of one object: a few pairs in an array, because a hash table costs several hundred bytes for each object of the cluster.</summary>
internal sealed class LabelMap : IReadOnlyDictionary<string, string>
{
    /// <summary>No labels.</summary>
    public static readonly LabelMap Empty = new([]);

    private readonly KeyValuePair<string, string>[] pairs;

    private LabelMap(KeyValuePair<string, string>[] pairs) => this.pairs = pairs;

    /// <inheritdoc />
    public IEnumerable<string> Keys => pairs.Select(pair => pair.Key);

    /// <inheritdoc />
    public IEnumerable<string> Values => pairs.Select(pair => pair.Value);

    /// <inheritdoc />
    public int Count => pairs.Length;

    /// <inheritdoc />
    public string this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"no label {key}");

    /// <summary>Reads the labels object that the reader stands on.</summary>
    public static LabelMap Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return Empty;
        }

        var pairs = new List<KeyValuePair<string, string>>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            pairs.Add(new(key, reader.TokenType == JsonTokenType.Null ? "" : reader.GetString()!));
        }

        return pairs.Count == 0 ? Empty : new LabelMap([.. pairs]);
    }

    /// <inheritdoc />
    public bool ContainsKey(string key) => TryGetValue(key, out _);

    /// <inheritdoc />
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value)
    {
        foreach (var pair in pairs)
        {
            if (pair.Key == key)
            {
                value = pair.Value;
                return true;
            }
        }

        value = null;
        return false;
    }

    /// <inheritdoc />
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, string>>)pairs).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
