using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Orchestrator.Api.Documents;

namespace Orchestrator.Gateway.Reads;

/// <summary>Where the next page of a list begins: upstream's token, which clients pass back unread.</summary>
/// <remarks>Upstream: apiserver/pkg/storage/continue.go. A revision of -1 goes on in the current state.</remarks>
/// <param name="Revision">The revision of the list; -1: whatever is current.</param>
/// <param name="Start">The page begins behind this <c>namespace/name</c>.</param>
internal sealed record ContinueToken(long Revision, string Start)
{
    private const string FormatVersion = "meta.k8s.io/v1";

    /// <summary>The token as it is sent.</summary>
    public string Encode() =>
        WebEncoders.Base64UrlEncode(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object> { ["v"] = FormatVersion, ["rv"] = Revision, ["start"] = Start }));

    /// <summary>Reads a token; a fault is upstream's message.</summary>
    public static (ContinueToken? Token, string? Fault) Decode(string text)
    {
        byte[] bytes;
        try
        {
            // Lenient about the last character's spare bits, as Go is.
            var padded = text.Replace('-', '+').Replace('_', '/').PadRight((text.Length + 3) / 4 * 4, '=');
            bytes = Convert.FromBase64String(padded);
        }
        catch (FormatException)
        {
            return (null, "continue key is not valid: illegal base64 data at input byte 0");
        }

        try
        {
            using var document = JsonDocument.Parse(JsonText.Repair(bytes));
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object
                && root.TryGetProperty("v", out var version) && version.ValueKind == JsonValueKind.String && version.ValueEquals(FormatVersion)
                && root.TryGetProperty("rv", out var revision) && revision.ValueKind == JsonValueKind.Number && revision.TryGetInt64(out var value)
                && root.TryGetProperty("start", out var start) && start.ValueKind == JsonValueKind.String && start.GetString() is { Length: > 0 } key
                    ? (new ContinueToken(value, key), null)
                    : (null, "continue key is not valid: server does not recognize this encoded version \"\"");
        }
        catch (JsonException)
        {
            var first = bytes.Length == 0 ? "" : Encoding.Latin1.GetString(bytes, 0, 1);
            var shown = first.Length == 1 && char.IsControl(first[0]) ? $"\\u{(int)first[0]:x4}" : first;
            return (null, $"continue key is not valid: invalid character '{shown}' looking for beginning of value");
        }
    }
}
