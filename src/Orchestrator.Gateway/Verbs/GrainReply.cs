using System.Globalization;
using System.Text.Json;
using Orchestrator.Gateway.Answers;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Gateway.Reads;
using Orchestrator.Gateway.Requests;
using Orchestrator.Grains.Objects;

namespace Orchestrator.Gateway.Verbs;

/// <summary>Turns what a grain says about a write into HTTP.</summary>
internal static class GrainReply
{
    /// <summary>Writes the object, or the Status of failure.</summary>
    public static async Task WriteAsync(GatewayServices gateway, ApiRequest request, WriteReply reply, int? code = null)
    {
        AnswerWriter.Warn(request.Http, reply.Warnings);
        if (reply.Failure is { } failure)
        {
            await FailAsync(request, failure);
            return;
        }

        var document = reply.Object!.Document;
        await (await VersionView.PrepareAsync(gateway, request.Kind, [document], request.Aborted) is { } unconverted
            ? AnswerWriter.FailAsync(request.Http, unconverted)
            : ObjectWriter.WriteAsync(request, code ?? (reply.Created ? 201 : 200), document));
    }

    /// <summary>Writes a Status of failure that came from a grain.</summary>
    public static Task FailAsync(ApiRequest request, byte[] failure)
    {
        using var status = JsonDocument.Parse(failure);
        var code = status.RootElement.GetProperty("code").GetInt32();
        if (status.RootElement.TryGetProperty("details", out var details) && details.TryGetProperty("retryAfterSeconds", out var seconds))
        {
            request.Http.Response.Headers.RetryAfter = seconds.GetInt32().ToString(CultureInfo.InvariantCulture);
        }

        return AnswerWriter.WriteAsync(request.Http, code, failure, request.Form with { Shape = MediaShape.Whole });
    }

    /// <summary>The reason of a failure, as in AlreadyExists.</summary>
    public static string Reason(byte[] failure) => DocumentSlices.Text(failure, "reason"u8);
}
