using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Orchestrator.Api.Identity;
using Orchestrator.Store.Cache;

namespace Orchestrator.Gateway.Authentication;

/// <summary>Authenticates machines that join by the token of a Secret <c>bootstrap-token-ID</c> in kube-system.</summary>
/// <remarks>Upstream: plugin/pkg/auth/authenticator/token/bootstrap and cluster-bootstrap/util. A kubelet asks for its first certificate with it.</remarks>
internal sealed partial class BootstrapTokens(IWatchCache cache, TimeProvider clock)
{
    private const string SecretType = "bootstrap.kubernetes.io/token";
    private const string UserPrefix = "system:bootstrap:";
    private const string DefaultGroup = "system:bootstrappers";

    /// <summary>The user of a bootstrap token, or null when it is none, is not known, is over, or is not for authentication.</summary>
    public ApiUser? Find(string token)
    {
        if (!TokenForm.IsMatch(token))
        {
            return null;
        }

        var (id, secret) = (token[..6], token[7..]);
        if (cache.Find(new ObjectKey("", "secrets", "kube-system", "bootstrap-token-" + id)) is not { } found)
        {
            return null;
        }

        using var document = JsonDocument.Parse(found.Stored.Document);
        var root = document.RootElement;
        if (root.GetProperty("metadata").TryGetProperty("deletionTimestamp", out _) || !root.TryGetProperty("type", out var type) || !type.ValueEquals(SecretType)
            || !root.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var isGood = CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Value(data, "token-secret")), Encoding.UTF8.GetBytes(secret))
            && Value(data, "token-id") == id && !HasEnded(Value(data, "expiration")) && Value(data, "usage-bootstrap-authentication") == "true";
        return isGood && Groups(Value(data, "auth-extra-groups")) is { } groups ? new ApiUser(UserPrefix + id, "", groups) : null;
    }

    /// <summary>A time that cannot be read counts as over.</summary>
    private bool HasEnded(string expiration) => expiration.Length > 0
        && (!DateTimeOffset.TryParse(expiration, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var end) || end <= clock.GetUtcNow());

    private static List<string>? Groups(string extra)
    {
        var groups = new List<string>();
        foreach (var group in extra.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!GroupForm.IsMatch(group))
            {
                return null;
            }

            groups.Add(group);
        }

        return [.. groups.Append(DefaultGroup).Distinct().Order(StringComparer.Ordinal)];
    }

    private static string Value(JsonElement data, string key) =>
        data.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String && value.TryGetBytesFromBase64(out var bytes) ? Encoding.UTF8.GetString(bytes) : "";

    [GeneratedRegex(@"^[a-z0-9]{6}\.[a-z0-9]{16}\z")]
    private static partial Regex TokenForm { get; }

    [GeneratedRegex(@"^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]\z")]
    private static partial Regex GroupForm { get; }
}
