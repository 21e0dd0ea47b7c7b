using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Orchestrator.Api.Identity;
using Orchestrator.Store.Cache;

namespace Orchestrator.Gateway.AgentEndpoint;

/// <summary>Checks the tokens by which hosts join: Secrets of type bootstrap.kubernetes.io/token in kube-system, as kubeadm has them.</summary>
/// <remarks>Upstream: plugin/pkg/auth/authenticator/token/bootstrap.</remarks>
internal sealed class JoinTokens(IWatchCache cache, TimeProvider clock)
{
    private const string SecretPrefix = "bootstrap-token-";
    private const int IdLength = 6;
    private const int SecretLength = 16;

    /// <summary>True when the token is known, current and meant for joining.</summary>
    public bool Accepts(string token)
    {
        var parts = token.Split('.');
        if (parts.Length != 2 || parts[0].Length != IdLength || parts[1].Length != SecretLength)
        {
            return false;
        }

        var secret = cache.Find(new ObjectKey("", "secrets", "kube-system", SecretPrefix + parts[0]));
        if (secret is null)
        {
            return false;
        }

        using var document = JsonDocument.Parse(secret.Stored.Document);
        return document.RootElement.TryGetProperty("data", out var data)
            && Matches(Text(data, "token-secret"), parts[1])
            && Text(data, "usage-bootstrap-authentication") == "true"
            && IsCurrent(Text(data, "expiration"));
    }

    private bool IsCurrent(string expiration) => expiration.Length == 0
        || (DateTimeOffset.TryParse(expiration, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var end) && clock.GetUtcNow() < end);

    private static bool Matches(string expected, string given) =>
        expected.Length > 0 && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(given));

    private static string Text(JsonElement data, string name) =>
        data.TryGetProperty(name, out var value) && value.TryGetBytesFromBase64(out var bytes) ? Encoding.UTF8.GetString(bytes) : "";
}
