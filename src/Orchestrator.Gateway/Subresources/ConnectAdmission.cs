using System.Text.Json.Nodes;
using Orchestrator.Api.Admission.Webhooks;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;
using Orchestrator.Gateway.Answers;
using Orchestrator.Gateway.Requests;
using Orchestrator.Grains.Webhooks;
using Orchestrator.Store.Cache;

namespace Orchestrator.Gateway.Subresources;

/// <summary>Asks the cluster's webhooks and policies whether a stream may be opened: the operation CONNECT.</summary>
/// <remarks>Upstream: ConnectResource of apiserver/pkg/endpoints/handlers/rest.go. It comes before anything else is looked at.</remarks>
internal sealed class ConnectAdmission(IWriteDecider decider, IWebhookClient webhooks, IWatchCache cache, TimeProvider clock)
{
    private static readonly GroupResource[] Askers =
    [
        .. ((string[])["validatingwebhookconfigurations", "mutatingwebhookconfigurations", "validatingadmissionpolicybindings", "mutatingadmissionpolicybindings"])
            .Select(resource => new GroupResource("admissionregistration.k8s.io", resource)),
    ];

    /// <summary>What the stream is to be like once all have had their say.</summary>
    /// <param name="request">The request. What is to be warned of is added to its answer.</param>
    /// <param name="connection">What the stream is to be like, as in PodExecOptions.</param>
    /// <returns>The connection, perhaps changed; or why there is none.</returns>
    public async Task<(JsonObject Connection, ApiStatus? Refusal)> AskAsync(ApiRequest request, JsonObject connection)
    {
        var view = (IClusterView)cache;
        if (Array.TrueForAll(Askers, asker => view.List(asker).Count == 0))
        {
            return (connection, null);
        }

        var options = Options(request);
        var at = new Surroundings(clock.GetUtcNow(), Guid.NewGuid, view);
        for (var round = 0; round < WebhookBounds.AskRounds; round++)
        {
            var shown = (JsonObject)connection.DeepClone();
            switch (decider.Connect(request.Key, shown, options, at))
            {
                case WriteDecision.Ask ask:
                    var left = WebhookBounds.Time - (clock.GetUtcNow() - at.Now);
                    at = at with { Answers = at.Answers.With(await webhooks.AskAsync(ask.Calls, left > TimeSpan.Zero ? left : TimeSpan.Zero, request.Aborted)) };
                    break;
                case WriteDecision.Reject refused:
                    AnswerWriter.Warn(request.Http, refused.Warnings);
                    return (shown, refused.Status);
                case var allowed:
                    AnswerWriter.Warn(request.Http, allowed.Warnings);
                    return (shown, null);
            }
        }

        return (connection, Statuses.InternalError("admission webhooks were asked too often"));
    }

    private static WriteOptions Options(ApiRequest request) => new()
    {
        User = request.User.Name,
        UserUid = request.User.Uid,
        Groups = request.User.Groups,
        UserExtra = request.User.Extra,
        Subresource = request.Target.Subresource,
        Version = request.Kind.Version,
    };
}
