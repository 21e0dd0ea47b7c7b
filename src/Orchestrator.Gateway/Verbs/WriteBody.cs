using Microsoft.Net.Http.Headers;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Gateway.Requests;

namespace Orchestrator.Gateway.Verbs;

/// <summary>The JSON document that a request sends, whatever form it came in.</summary>
internal static class WriteBody
{
    private static readonly string[] Accepted = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];

    /// <summary>Reads the body; YAML becomes JSON, other media types are answered 415.</summary>
    public static async Task<(byte[]? Body, ApiStatus? Fault)> ReadAsync(GatewayServices gateway, ApiRequest request)
    {
        var type = MediaTypeHeaderValue.TryParse(request.Http.Request.ContentType, out var parsed) ? parsed.MediaType.ToString() : "";
        if (type is not ("" or "application/json" or "application/yaml"))
        {
            return (null, Statuses.UnsupportedMediaType(Accepted));
        }

        var (body, fault) = await BodyReader.ReadAsync(request.Http.Request, gateway.Options.MaxRequestBodyBytes, request.Aborted);
        return body is not null && type == "application/yaml" ? YamlBody.ToJson(body) : (body, fault);
    }
}
