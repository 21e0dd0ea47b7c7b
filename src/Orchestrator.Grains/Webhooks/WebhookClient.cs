using Orchestrator.Api.Admission.Webhooks;
using Orchestrator.Store.Cache;

namespace Orchestrator.Grains.Webhooks;

/// <summary>Asks admission webhooks.</summary>
internal sealed class WebhookClient(IWatchCache cache, TimeProvider clock) : IWebhookClient, IDisposable
{
    /// <summary>Bytes of an answer: an object of the largest size fits, patched.</summary>
    private const int MaxAnswerBytes = 3 * 1024 * 1024;

    private readonly WebhookServers servers = new(cache, clock, MaxAnswerBytes);

    /// <inheritdoc />
    public async Task<IReadOnlyList<(WebhookCall Call, WebhookReply Reply)>> AskAsync(
        IReadOnlyList<WebhookCall> calls, TimeSpan limit, CancellationToken cancellationToken)
    {
        var replies = await Task.WhenAll(calls.Select(call => AskAsync(call, limit, cancellationToken)));
        return [.. calls.Zip(replies)];
    }

    /// <inheritdoc />
    public void Dispose() => servers.Dispose();

    private async Task<WebhookReply> AskAsync(WebhookCall call, TimeSpan limit, CancellationToken cancellationToken)
    {
        var uid = Guid.NewGuid().ToString("D");
        var answer = await servers.PostAsync(call.Target, call.Review(uid), limit, cancellationToken);
        return new WebhookReply(uid, answer.Body, answer.Fault);
    }
}
