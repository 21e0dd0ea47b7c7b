namespace Orchestrator.Api.Admission.Webhooks;

/// <summary>What the webhooks of one request may take, whoever asks them.</summary>
public static class WebhookBounds
{
    /// <summary>How often one request may have to ask, reinvocations and lost races included; then it fails.</summary>
    public const int AskRounds = 200;

    /// <summary>How long all webhooks of one request may take, those that convert too; then the rest count as timed out. A grain call itself ends after thirty seconds.</summary>
    public static TimeSpan Time { get; } = TimeSpan.FromSeconds(25);
}
