using System.Text;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Orchestrator.Gateway.Authentication;

/// <summary>Where requests carry a token: the Authorization header, or the WebSocket subprotocol by which browsers send it.</summary>
/// <remarks>Upstream: apiserver/pkg/authentication/request/{bearertoken,websocket}.</remarks>
internal static class BearerToken
{
    private const string Protocol = "base64url.bearer.authorization.k8s.io.";

    /// <summary>The token; null: there is none. What is sent as one and cannot be read is the empty token, which is nobody's.</summary>
    public static string? Of(HttpRequest request)
    {
        var words = request.Headers.Authorization.ToString().Trim().Split(' ', 3);
        if (words.Length > 1 && words[0].Equals("bearer", StringComparison.OrdinalIgnoreCase) && words[1].Length > 0)
        {
            return words[1];
        }

        var offered = request.Headers.SecWebSocketProtocol.ToString().Split(',', StringSplitOptions.TrimEntries)
            .Where(protocol => protocol.StartsWith(Protocol, StringComparison.Ordinal)).Select(protocol => protocol[Protocol.Length..]).ToList();
        return offered.Count switch { 0 => null, 1 => Decode(offered[0]), _ => "" };
    }

    private static string Decode(string encoded)
    {
        try
        {
            var bytes = WebEncoders.Base64UrlDecode(encoded);
            return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : "";
        }
        catch (FormatException)
        {
            // The header is the client's: a broken one is a bad credential, no fault of ours.
            return "";
        }
    }
}
