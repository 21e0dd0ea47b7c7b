using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.Tokens;
using Orchestrator.Gateway.Answers;
using Orchestrator.Gateway.Authentication;
using Orchestrator.Gateway.Hosting;

namespace Orchestrator.Gateway.Discovery;

/// <summary>Lets others check service-account tokens by OpenID Connect: who issues them, and with which key.</summary>
/// <remarks>Upstream: pkg/serviceaccount/openidmetadata.go.</remarks>
internal static class IssuerPaths
{
    private const string KeysPath = "/openid/v1/jwks";

    /// <summary>Answers the path; false when it is another.</summary>
    public static async Task<bool> TryAnswerAsync(GatewayServices gateway, HttpContext http, string path)
    {
        var (document, type) = path.TrimEnd('/') switch
        {
            "/.well-known/openid-configuration" => (Configuration(gateway), "application/json"),
            KeysPath => (Keys(gateway), "application/jwk-set+json"),
            _ => (null, ""),
        };
        if (document is null)
        {
            return false;
        }

        var body = AnswerWriter.Encode(document);
        http.Response.ContentType = type;
        http.Response.ContentLength = body.Length;
        http.Response.Headers.CacheControl = "public, max-age=3600";
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
        return true;
    }

    private static JsonObject Configuration(GatewayServices gateway) => new()
    {
        ["issuer"] = TokenIssuer.Issuer,
        ["jwks_uri"] = gateway.Options.AdvertisedUrl.TrimEnd('/') + KeysPath,
        ["response_types_supported"] = new JsonArray("id_token"),
        ["subject_types_supported"] = new JsonArray("public"),
        ["id_token_signing_alg_values_supported"] = new JsonArray("ES256"),
    };

    private static JsonObject Keys(GatewayServices gateway)
    {
        var key = JsonWebKeyConverter.ConvertFromECDsaSecurityKey(gateway.Issuer.Key);
        return new JsonObject
        {
            ["keys"] = new JsonArray(new JsonObject
            {
                ["use"] = "sig",
                ["kty"] = "EC",
                ["kid"] = gateway.Issuer.Key.KeyId,
                ["crv"] = "P-256",
                ["alg"] = "ES256",
                ["x"] = key.X,
                ["y"] = key.Y,
            }),
        };
    }
}
