using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.Admission.Webhooks;
using Orchestrator.Grains.Webhooks;

namespace Orchestrator.Gateway.Tests.Fakes;

/// <summary>Answers for webhooks: what a test says of a hook, by the address that it has.</summary>
internal sealed class FakeWebhooks : IWebhookClient
{
    /// <summary>What was asked, in order.</summary>
    public ConcurrentQueue<JsonObject> Requests { get; } = new();

    /// <summary>The response by the address of the hook, without uid.</summary>
    public ConcurrentDictionary<string, string> Responses { get; } = new();

    public Task<IReadOnlyList<(WebhookCall Call, WebhookReply Reply)>> AskAsync(IReadOnlyList<WebhookCall> calls, TimeSpan limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<(WebhookCall, WebhookReply)>>([.. calls.Select(call => (call, Answer(call)))]);

    private WebhookReply Answer(WebhookCall call)
    {
        Requests.Enqueue((JsonObject)JsonNode.Parse(call.Request)!);
        var response = Responses.Single(pair => call.Target.Text.StartsWith(pair.Key, StringComparison.Ordinal)).Value;
        return new WebhookReply("u", Encoding.UTF8.GetBytes(
            "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"response\":{\"uid\":\"u\"," + response + "}}"), null);
    }
}
