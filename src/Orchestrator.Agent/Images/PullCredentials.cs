using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using k8s.Models;
using Orchestrator.AgentProtocol.Cri;

namespace Orchestrator.Agent.Images;

/// <summary>Finds the credentials for an image in a pod's pull secrets. Pure.</summary>
/// <remarks>Upstream: pkg/credentialprovider/keyring.go.</remarks>
internal static class PullCredentials
{
    /// <summary>What to try, the closest match first; empty: without credentials.</summary>
    public static IReadOnlyList<AuthConfig> For(string image, V1Pod pod, IReadOnlyDictionary<string, V1Secret> secrets)
    {
        var found = new List<(string Where, AuthConfig Credentials)>();
        foreach (var reference in pod.Spec.ImagePullSecrets ?? [])
        {
            if (reference.Name is { } name && secrets.TryGetValue(name, out var secret))
            {
                found.AddRange(EntriesOf(secret));
            }
        }

        var (registry, path) = ImageNames.Split(image);
        return [.. found.Where(entry => Matches(entry.Where, registry, path)).OrderByDescending(entry => entry.Where.Length).Select(entry => entry.Credentials)];
    }

    private static IEnumerable<(string Where, AuthConfig Credentials)> EntriesOf(V1Secret secret)
    {
        var (key, isWrapped) = secret.Type == "kubernetes.io/dockercfg" ? (".dockercfg", false) : (".dockerconfigjson", true);
        if (secret.Data is null || !secret.Data.TryGetValue(key, out var bytes))
        {
            return [];
        }

        try
        {
            using var document = JsonDocument.Parse(bytes);
            var entries = document.RootElement;
            if (isWrapped && !entries.TryGetProperty("auths", out entries))
            {
                return [];
            }

            return [.. entries.EnumerateObject().Select(entry => (Normal(entry.Name), Read(entry.Value)))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            // A secret that cannot be read gives no credentials; the registry's refusal then says what is missing.
            return [];
        }
    }

    private static AuthConfig Read(JsonElement entry)
    {
        var credentials = new AuthConfig { Username = Text(entry, "username"), Password = Text(entry, "password"), IdentityToken = Text(entry, "identitytoken") };
        if (Text(entry, "auth") is { Length: > 0 } auth)
        {
            var pair = Encoding.UTF8.GetString(Convert.FromBase64String(auth)).Split(':', 2);
            (credentials.Username, credentials.Password) = (pair[0], pair.Length > 1 ? pair[1].TrimEnd('\0') : "");
        }

        return credentials;
    }

    private static string Text(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    /// <summary>host[:port][/path], without the scheme and version that docker login writes for its own registry.</summary>
    private static string Normal(string where)
    {
        var text = where.Replace("https://", "", StringComparison.Ordinal).Replace("http://", "", StringComparison.Ordinal).TrimEnd('/');
        text = text.EndsWith("/v1", StringComparison.Ordinal) || text.EndsWith("/v2", StringComparison.Ordinal) ? text[..^3] : text;
        return text is "index.docker.io" or "registry-1.docker.io" ? ImageNames.DefaultRegistry : text;
    }

    private static bool Matches(string where, string registry, string path)
    {
        var slash = where.IndexOf('/', StringComparison.Ordinal);
        var (host, prefix) = slash < 0 ? (where, "") : (where[..slash], where[(slash + 1)..]);
        var pattern = "^" + Regex.Escape(host).Replace("\\*", "[^.]*", StringComparison.Ordinal) + "$";
        return Regex.IsMatch(registry, pattern, RegexOptions.CultureInvariant) && path.StartsWith(prefix, StringComparison.Ordinal);
    }
}
