using System.Text.Json.Nodes;
using Orchestrator.Gateway.Answers;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Gateway.Requests;
using Orchestrator.Gateway.Verbs;
using Orleans.Concurrency;

namespace Orchestrator.Gateway.Subresources;

/// <summary>POST of a Binding or an Eviction: what is done with a pod rather than written into it. The pod's grain decides.</summary>
internal static class PodActions
{
    /// <summary>Answers 201 with a Status of success.</summary>
    public static async Task AnswerAsync(GatewayServices gateway, ApiRequest request)
    {
        var (call, fault) = WriteParameters.Read(request, "CreateOptions");
        var (body, bodyFault) = await WriteBody.ReadAsync(gateway, request);
        if ((fault ?? bodyFault) is { } wrong)
        {
            await AnswerWriter.FailAsync(request.Http, wrong);
            return;
        }

        var header = BodyHeader.Read(body);
        if (Create.NamespaceFault(request, header) is { } misplaced)
        {
            await AnswerWriter.FailAsync(request.Http, misplaced);
            return;
        }

        // The old form, POST .../bindings, names the pod in the body.
        var isBindings = request.Target.Resource == "bindings";
        var pods = gateway.Kinds.Find("", "v1", "pods")!;
        var pod = pods.Key(request.Namespace, isBindings ? header.Name : request.Target.Name);
        var reply = await gateway.Grains.Object(pod)
            .UpdateAsync(new Immutable<byte[]>(body!), isBindings ? call! with { Subresource = "binding" } : call!, request.Aborted);
        if (reply.Failure is { } failure)
        {
            await GrainReply.FailAsync(request, failure);
            return;
        }

        AnswerWriter.Warn(request.Http, reply.Warnings);
        var success = new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Success", ["code"] = 201 };
        await AnswerWriter.WriteAsync(request.Http, 201, success, request.Form);
    }
}
