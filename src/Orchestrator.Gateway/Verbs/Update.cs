using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Answers;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Gateway.Requests;
using Orleans.Concurrency;

namespace Orchestrator.Gateway.Verbs;

/// <summary>PUT of an object or a subresource.</summary>
internal static class Update
{
    /// <summary>Answers with the object as stored.</summary>
    public static async Task AnswerAsync(GatewayServices gateway, ApiRequest request)
    {
        var (call, fault) = WriteParameters.Read(request, "UpdateOptions");
        var (body, bodyFault) = await WriteBody.ReadAsync(gateway, request);
        if ((fault ?? bodyFault) is { } wrong)
        {
            await AnswerWriter.FailAsync(request.Http, wrong);
            return;
        }

        var header = BodyHeader.Read(body);
        if ((Create.NamespaceFault(request, header) ?? NameFault(request, header)) is { } misnamed)
        {
            await AnswerWriter.FailAsync(request.Http, misnamed);
            return;
        }

        await GrainReply.WriteAsync(gateway, request, await gateway.Grains.Object(request.Key).UpdateAsync(new Immutable<byte[]>(body!), call!, request.Aborted));
    }

    private static ApiStatus? NameFault(ApiRequest request, BodyHeader header) =>
        header.Name.Length > 0 && header.Name != request.Target.Name
            ? Statuses.BadRequest($"the name of the object ({header.Name}) does not match the name on the URL ({request.Target.Name})")
            : null;
}
