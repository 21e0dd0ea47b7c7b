using Microsoft.Net.Http.Headers;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Protobuf;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Gateway.Requests;

namespace Orchestrator.Gateway.Verbs;

/// <summary>The JSON document that a request sends, whatever form it came in.</summary>
internal static class WriteBody
{
    private static readonly string[] Accepted = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];

    /// <summary>Of custom resources there are no protobuf messages.</summary>
    private static readonly string[] CustomAccepted = ["application/json", "application/yaml"];

    /// <summary>Reads the body; YAML and protobuf become JSON, other media types are answered 415.</summary>
    public static async Task<(byte[]? Body, ApiStatus? Fault)> ReadAsync(GatewayServices gateway, ApiRequest request)
    {
        var type = MediaTypeHeaderValue.TryParse(request.Http.Request.ContentType, out var parsed) ? parsed.MediaType.ToString() : "";
        var accepted = request.Kind.Custom is null ? Accepted : CustomAccepted;
        if (type.Length > 0 && !accepted.Contains(type))
        {
            return (null, Statuses.UnsupportedMediaType(accepted));
        }

        var (body, fault) = await BodyReader.ReadAsync(request.Http.Request, gateway.Options, request.Aborted);
        return body is null ? (null, fault) : type switch
        {
            "application/yaml" => YamlBody.ToJson(body),
            "application/vnd.kubernetes.protobuf" => FromProtobuf(body),
            _ => (JsonText.Repair(body), null),
        };
    }

    private static (byte[]? Body, ApiStatus? Fault) FromProtobuf(byte[] body)
    {
        if (body.Length == 0)
        {
            return (body, null);
        }

        var (json, fault) = ProtobufToJson.Convert(body);
        return fault is null ? (json, null) : (null, Statuses.BadRequest(fault));
    }
}
