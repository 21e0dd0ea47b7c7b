using System.Security.Cryptography;

namespace Orchestrator.Gateway.Requests;

/// <summary>Completes a generateName.</summary>
/// <remarks>Upstream: apiserver/pkg/storage/names/generate.go; the alphabet has no vowels, so no words arise by chance.</remarks>
internal static class GeneratedNames
{
    /// <summary>How often a name is drawn before AlreadyExists is the answer. Upstream: retryGenerateName.</summary>
    public const int Attempts = 8;

    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";
    private const int SuffixLength = 5;
    private const int MaxNameLength = 63;

    /// <summary>A name with a random suffix.</summary>
    public static string Next(string prefix)
    {
        var kept = prefix.Length > MaxNameLength - SuffixLength ? prefix[..(MaxNameLength - SuffixLength)] : prefix;
        return kept + RandomNumberGenerator.GetString(Alphabet, SuffixLength);
    }
}
