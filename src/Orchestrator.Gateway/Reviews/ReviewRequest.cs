using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Patching;
using Orchestrator.Api.Schema;
using Orchestrator.Gateway.Answers;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Gateway.Requests;
using Orchestrator.Gateway.Verbs;
using Orchestrator.Grains.Objects;

namespace Orchestrator.Gateway.Reviews;

/// <summary>A question that is sent as an object: decoded like one that is written, answered with its status filled in, stored nowhere.</summary>
internal sealed record ReviewRequest(GatewayServices Gateway, ApiRequest Request, GroupVersionKind Kind, JsonObject Object, WriteCall Call)
{
    /// <summary>What is asked.</summary>
    public JsonObject Spec => Object["spec"] as JsonObject ?? [];

    /// <summary>Reads the question; answers and returns null when it is not well-formed.</summary>
    public static async Task<ReviewRequest?> ReadAsync(GatewayServices gateway, ApiRequest request, GroupVersionKind kind)
    {
        var (call, fault) = WriteParameters.Read(request, "CreateOptions");
        var (body, bodyFault) = await WriteBody.ReadAsync(gateway, request);
        if ((fault ?? bodyFault) is { } wrong)
        {
            await AnswerWriter.FailAsync(request.Http, wrong);
            return null;
        }

        var decoded = ObjectDecoder.Decode(body, kind, OpenApiSchemas.For(kind) ?? SchemaNode.Any, call!.FieldValidation);
        if (decoded.Failure is { } failure)
        {
            await AnswerWriter.FailAsync(request.Http, failure);
            return null;
        }

        AnswerWriter.Warn(request.Http, decoded.Warnings);
        return new ReviewRequest(gateway, request, kind, decoded.Object!, call);
    }

    /// <summary>Answers 201 with the question and its answer.</summary>
    public Task AnswerAsync(JsonObject status)
    {
        Object["metadata"] ??= new JsonObject();
        Object["spec"] ??= new JsonObject();
        Object["status"] = status;
        return AnswerWriter.WriteAsync(Request.Http, 201, Object, Request.Form);
    }

    /// <summary>Answers with what is wrong with the question.</summary>
    public Task FailAsync(ApiStatus status) => AnswerWriter.FailAsync(Request.Http, status);

    /// <summary>Answers 422 with all that is wrong with the question.</summary>
    public Task RefuseAsync(IReadOnlyCollection<FieldError> errors, string name = "") =>
        FailAsync(Statuses.Invalid(Kind.Group, Kind.Kind, name, errors));

    /// <summary>Records who sent the question, as upstream does for what it answers in place.</summary>
    public void RecordOwner()
    {
        var metadata = Object["metadata"] as JsonObject;
        Object["metadata"] = metadata ??= [];
        metadata.Remove("managedFields");
        var sent = (JsonObject)Object.DeepClone();
        sent.Remove("status");
        var writer = new FieldWriter(Call.FieldManager, Kind.ApiVersion, Call.Subresource, Request.ReceivedAt);
        if (ManagedFields.AfterWrite(null, sent, OpenApiSchemas.For(Kind), writer) is { } owners)
        {
            metadata["managedFields"] = owners;
        }
    }

    /// <summary>A user as reviews show it.</summary>
    public static JsonObject Describe(Authentication.ApiUser user)
    {
        var info = new JsonObject { ["username"] = user.Name };
        if (user.Uid.Length > 0)
        {
            info["uid"] = user.Uid;
        }

        if (user.Groups.Count > 0)
        {
            info["groups"] = Words(user.Groups);
        }

        if (user.Extra.Count > 0)
        {
            info["extra"] = new JsonObject(user.Extra.OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.Key, Words(pair.Value))));
        }

        return info;
    }

    /// <summary>Strings as JSON.</summary>
    public static JsonArray Words(IEnumerable<string> words) => new([.. words.Select(word => JsonValue.Create(word))]);
}
