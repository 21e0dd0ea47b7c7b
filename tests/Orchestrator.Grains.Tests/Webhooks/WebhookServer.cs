using System.Text.Json.Nodes;
using Orchestrator.TestKit.Webhooks;

namespace Orchestrator.Grains.Tests.Webhooks;

/// <summary>An admission webhook on loopback.</summary>
internal sealed class WebhookServer : IDisposable
{
    private readonly LoopbackServer server;

    /// <summary>Starts.</summary>
    /// <param name="answer">From the request of a review to the fields of the response besides its uid, as JSON without braces.</param>
    public WebhookServer(Func<JsonObject, string> answer)
        : this((request, _) => Task.FromResult(answer(request)))
    {
    }

    public WebhookServer(Func<JsonObject, CancellationToken, Task<string>> answer) => server = new LoopbackServer(
        async (body, stopping) =>
        {
            var request = JsonNode.Parse(body)!["request"]!.AsObject();
            lock (Requests)
            {
                Requests.Add((JsonObject)request.DeepClone());
            }

            var fields = await answer(request, stopping);
            return (200, $$$"""{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":"{{{request["uid"]}}}",{{{fields}}}}}""");
        },
        "hook.ns.svc");

    public string CaBundle => server.CaBundle;

    public int Port => server.Port;

    /// <summary>The requests that came.</summary>
    public List<JsonObject> Requests { get; } = [];

    public void Dispose() => server.Dispose();
}
