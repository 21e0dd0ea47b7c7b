using System.Text;

namespace Orchestrator.Controllers.Objects;

/// <summary>Names from hashes: stable for the same input, made of characters that spell no words (upstream: util/rand SafeEncodeString).</summary>
internal static class NameHash
{
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>FNV-1a of 32 bits.</summary>
    public static uint Fnv32(string text) => Fnv32(Encoding.UTF8.GetBytes(text), 2166136261);

    /// <summary>FNV-1a of 32 bits over a hash and one more number, as upstream mixes in the collision count.</summary>
    public static uint Fnv32(string text, int? extra)
    {
        var hash = Fnv32(text);
        return extra is { } number ? Fnv32(BitConverter.GetBytes((long)number), hash) : hash;
    }

    /// <summary>A number in upstream's safe alphabet: each decimal digit stands for one letter.</summary>
    public static string Encode(uint hash) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{hash}")
            .Aggregate(new StringBuilder(10), (name, digit) => name.Append(Alphabet[digit % Alphabet.Length])).ToString();

    /// <summary>Five characters as generateName appends them, the same for the same seed: two appliers of one plan meet on one name.</summary>
    public static string Suffix(string seed)
    {
        var hash = 14695981039346656037UL;
        foreach (var value in Encoding.UTF8.GetBytes(seed))
        {
            hash = (hash ^ value) * 1099511628211UL;
        }

        // The low bits of FNV move little for short seeds; one round of mixing spreads them.
        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdUL;
        hash ^= hash >> 33;
        Span<char> suffix = stackalloc char[5];
        for (var i = 0; i < suffix.Length; i++)
        {
            suffix[i] = Alphabet[(int)(hash % (ulong)Alphabet.Length)];
            hash /= (ulong)Alphabet.Length;
        }

        return new string(suffix);
    }

    private static uint Fnv32(ReadOnlySpan<byte> bytes, uint hash)
    {
        foreach (var value in bytes)
        {
            hash = (hash ^ value) * 16777619;
        }

        return hash;
    }
}
