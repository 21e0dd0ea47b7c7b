using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Gateway.Answers;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Gateway.Reads;
using Orchestrator.Gateway.Requests;
using Orchestrator.Grains.Objects;

namespace Orchestrator.Gateway.Verbs;

/// <summary>DELETE of one object.</summary>
internal static class Delete
{
    /// <summary>The kinds of which upstream answers with the deleted object instead of a Status (ReturnDeletedObject).</summary>
    private static readonly HashSet<GroupResource> ReturnDeleted =
    [
        new("", "persistentvolumes"), new("", "persistentvolumeclaims"), new("", "pods"), new("", "podtemplates"), new("", "resourcequotas"),
        new("", "serviceaccounts"), new("", "services"), new("storage.k8s.io", "csidrivers"), new("storage.k8s.io", "csinodes"),
        new("storage.k8s.io", "csistoragecapacities"), new("storage.k8s.io", "storageclasses"), new("storage.k8s.io", "volumeattachments"),
        new("storage.k8s.io", "volumeattributesclasses"),
    ];

    /// <summary>Answers with a Status when the object is gone, and with the object while something still holds it.</summary>
    public static async Task AnswerAsync(GatewayServices gateway, ApiRequest request)
    {
        var (parameters, fault) = await DeleteParameters.ReadAsync(gateway, request);
        if (parameters is null)
        {
            await AnswerWriter.FailAsync(request.Http, fault!);
            return;
        }

        var reply = await gateway.Grains.Object(request.Key).DeleteAsync(parameters.Delete, WriteParameters.Call(request, parameters.DryRun), request.Aborted);
        if (reply.Failure is not null || !reply.Gone || ReturnDeleted.Contains(request.GroupResource))
        {
            await GrainReply.WriteAsync(gateway, request, reply, 200);
            return;
        }

        AnswerWriter.Warn(request.Http, reply.Warnings);
        await AnswerWriter.WriteAsync(request.Http, 200, Success(request, reply.Object), request.Form);
    }

    private static JsonObject Success(ApiRequest request, ObjectReply? deleted)
    {
        var details = new JsonObject { ["name"] = request.Target.Name };
        if (request.Kind.Group.Length > 0)
        {
            details["group"] = request.Kind.Group;
        }

        details["kind"] = request.Kind.Resource;
        if (deleted is not null)
        {
            details["uid"] = DocumentSlices.Text(DocumentSlices.Member(deleted.Document, "metadata"u8), "uid"u8);
        }

        return new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Success",
            ["details"] = details,
        };
    }
}
