using Orchestrator.Api.Machinery;
using Orchestrator.Api.Registry;
using Orchestrator.Gateway.Answers;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Gateway.Requests;
using Orchestrator.Gateway.Reviews;
using Orchestrator.Gateway.Subresources;

namespace Orchestrator.Gateway.Verbs;

/// <summary>Finds the verb that answers a request for a resource.</summary>
internal static class VerbRouter
{
    /// <summary>Answers with the verb, or says that the kind does not have it.</summary>
    public static Task AnswerAsync(GatewayServices gateway, ApiRequest request)
    {
        var target = request.Target;
        if (ScopeFault(request) is { } misplaced)
        {
            // What serves custom resources passes such a path on, to where nobody knows it.
            return request.Kind.Custom is null
                ? AnswerWriter.FailAsync(request.Http, misplaced)
                : AnswerWriter.WriteTextAsync(request.Http, 404, "404 page not found\n");
        }

        if (target.Subresource.Length > 0 && request.Kind.Subresource(target.Subresource) is null)
        {
            return AnswerWriter.FailAsync(request.Http, Statuses.NoSuchResource());
        }

        if (Deprecations.Of(request.Kind) is { } deprecated)
        {
            AnswerWriter.Warn(request.Http, [deprecated]);
        }

        // A POST to an object, and a verb that neither kind nor subresource has.
        if ((target is { Verb: "create", NameInPath: true, Subresource.Length: 0 }) || !Allows(request))
        {
            return AnswerWriter.FailAsync(request.Http, Statuses.MethodNotAllowed());
        }

        if (StreamRouter.Answers(target))
        {
            return StreamRouter.AnswerAsync(gateway, request);
        }

        return target.Verb switch
        {
            "get" => Get.AnswerAsync(gateway, request),
            "list" => List.AnswerAsync(gateway, request),
            "watch" => Watch.AnswerAsync(gateway, request),
            "create" when target.Subresource is "binding" or "eviction" => PodActions.AnswerAsync(gateway, request),
            "create" when target.Resource == "bindings" => PodActions.AnswerAsync(gateway, request),
            "create" when ReviewRouter.Answers(target) => ReviewRouter.AnswerAsync(gateway, request),
            "create" => Create.AnswerAsync(gateway, request),
            "update" => Update.AnswerAsync(gateway, request),
            "patch" => Patch.AnswerAsync(gateway, request),
            "delete" => Delete.AnswerAsync(gateway, request),
            "deletecollection" => DeleteCollection.AnswerAsync(gateway, request),
            _ => AnswerWriter.FailAsync(request.Http, Statuses.MethodNotAllowed()),
        };
    }

    /// <summary>Says that there is no such path: one of a cluster-scoped kind below a namespace, or one of a namespaced kind outside of any that is no list or watch.</summary>
    /// <remarks>Access was decided by the namespace in the path. A path that is not the kind's own must therefore end here: who may do everything in one namespace
    /// could otherwise do it to the cluster.</remarks>
    private static ApiStatus? ScopeFault(ApiRequest request)
    {
        var target = request.Target;
        if (request.Kind.Namespaced == target.InNamespace)
        {
            return null;
        }

        if (target.InNamespace || target.NameInPath)
        {
            return Statuses.NoSuchResource();
        }

        return target.Verb is "list" or "watch" ? null
            : request.Kind.Allows("list", "") ? Statuses.MethodNotAllowed()
            : Statuses.NoSuchResource();
    }

    private static bool Allows(ApiRequest request) => request.Kind.Allows(request.Target.Verb, request.Target.Subresource);
}
