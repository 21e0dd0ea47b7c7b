using Orchestrator.Api.Admission.Webhooks;

namespace Orchestrator.Grains.Webhooks;

/// <summary>Asks admission webhooks what a decision wants to know.</summary>
/// <remarks>An I/O boundary: the grains of objects and the gateway's streams ask through it; decisions themselves are pure.</remarks>
public interface IWebhookClient
{
    /// <summary>Makes the calls at the same time and waits for all of them. A call that fails has a reply that says why.</summary>
    /// <param name="calls">The calls.</param>
    /// <param name="limit">How long all of them may take, whatever their own timeouts say.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<(WebhookCall Call, WebhookReply Reply)>> AskAsync(IReadOnlyList<WebhookCall> calls, TimeSpan limit, CancellationToken cancellationToken);
}
