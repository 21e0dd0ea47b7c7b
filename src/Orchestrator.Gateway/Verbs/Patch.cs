using Microsoft.Net.Http.Headers;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Answers;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Gateway.Requests;
using Orleans.Concurrency;

namespace Orchestrator.Gateway.Verbs;

/// <summary>PATCH of an object or a subresource, in the four formats of the API.</summary>
internal static class Patch
{
    /// <summary>Answers with the object as stored.</summary>
    public static async Task AnswerAsync(GatewayServices gateway, ApiRequest request)
    {
        if (Format(request) is not { } format)
        {
            await AnswerWriter.FailAsync(request.Http, new ApiStatus(415, "UnsupportedMediaType", "415: Unsupported Media Type") { HasDetails = true });
            return;
        }

        var (call, fault) = WriteParameters.Read(request, "PatchOptions", format == PatchFormat.Apply);
        if (fault is not null)
        {
            await AnswerWriter.FailAsync(request.Http, fault);
            return;
        }

        var (body, bodyFault) = await BodyReader.ReadAsync(request.Http.Request, gateway.Options, request.Aborted);
        if (format == PatchFormat.Apply && body is { } text)
        {
            (body, bodyFault) = YamlBody.ToJson(text);
        }

        if (body is null)
        {
            await AnswerWriter.FailAsync(request.Http, bodyFault!);
            return;
        }

        var patch = new Immutable<byte[]>(JsonText.Repair(body));
        await GrainReply.WriteAsync(gateway, request, await gateway.Grains.Object(request.Key).PatchAsync((int)format, patch, call!, request.Aborted));
    }

    private static PatchFormat? Format(ApiRequest request)
    {
        var type = MediaTypeHeaderValue.TryParse(request.Http.Request.ContentType, out var parsed) ? parsed.MediaType.ToString() : "";
        return type switch
        {
            "application/json-patch+json" => PatchFormat.Json,
            "application/merge-patch+json" => PatchFormat.Merge,
            "application/strategic-merge-patch+json" => PatchFormat.StrategicMerge,
            "application/apply-patch+yaml" => PatchFormat.Apply,
            _ => null,
        };
    }
}
