using Orchestrator.Api.Machinery;
using Orchestrator.Api.Registry;
using Orchestrator.Gateway.Answers;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Gateway.Requests;
using Orchestrator.Grains.Objects;
using Orleans.Concurrency;

namespace Orchestrator.Gateway.Verbs;

/// <summary>POST of a new object: finds its name and hands it to its grain.</summary>
internal static class Create
{
    /// <summary>Answers 201 with the object as stored.</summary>
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
        if (NamespaceFault(request, header) is { } misplaced)
        {
            await AnswerWriter.FailAsync(request.Http, misplaced);
            return;
        }

        await GrainReply.WriteAsync(gateway, request, await WriteAsync(gateway, request, header, body!, call!), 201);
    }

    /// <summary>The namespace in the body must be the URL's, or empty.</summary>
    public static ApiStatus? NamespaceFault(ApiRequest request, BodyHeader header) =>
        request.Kind.Namespaced && header.Namespace.Length > 0 && header.Namespace != request.Namespace
            ? Statuses.BadRequest("the namespace of the provided object does not match the namespace sent on the request")
            : null;

    /// <summary>A LimitRange alone needs no name. Upstream: pkg/registry/core/limitrange/strategy.go.</summary>
    private static bool NamesItself(ResourceKind kind) => kind is { Group: "", Resource: "limitranges" };

    private static async Task<WriteReply> WriteAsync(GatewayServices gateway, ApiRequest request, BodyHeader header, byte[] body, WriteCall call)
    {
        var generated = header.Name.Length == 0 && header.GenerateName.Length > 0;
        for (var attempt = 1; ; attempt++)
        {
            var name = generated ? GeneratedNames.Next(header.GenerateName)
                : header.Name.Length == 0 && NamesItself(request.Kind) ? Guid.NewGuid().ToString()
                : header.Name;
            var grain = gateway.Grains.Object(request.Kind.Key(request.Namespace, name));
            var reply = await grain.CreateAsync(new Immutable<byte[]>(body), call, request.Aborted);
            if (!generated || attempt == GeneratedNames.Attempts || reply.Failure is null || GrainReply.Reason(reply.Failure) != "AlreadyExists")
            {
                return reply;
            }
        }
    }
}
