using Orchestrator.Api.CustomResources;
using Orchestrator.Grains.Webhooks;
using Orchestrator.Store.Cache;

namespace Orchestrator.Grains.Conversion;

/// <summary>Calls the webhooks that convert custom resources.</summary>
/// <remarks>Upstream: apiextensions-apiserver/pkg/apiserver/conversion/webhook_converter.go.</remarks>
internal sealed class ConversionWebhooks(IWatchCache cache, TimeProvider clock) : IObjectConverter, IDisposable
{
    /// <summary>A larger answer is refused: so much holds a full list page of the largest objects, twice.</summary>
    private const int MaxAnswerBytes = 64 * 1024 * 1024;

    private readonly WebhookServers servers = new(cache, clock, MaxAnswerBytes);

    /// <inheritdoc />
    public async Task<ConversionOutcome> ConvertAsync(
        CustomDefinition definition, IReadOnlyList<ReadOnlyMemory<byte>> documents, string apiVersion, TimeSpan patience, CancellationToken cancellationToken)
    {
        var webhook = definition.Conversion!;
        if (webhook.ReviewVersions.FirstOrDefault(ConversionReviews.IsKnown) is not { } reviewVersion)
        {
            return ConversionOutcome.Failed("no supported conversion review versions");
        }

        var subject = Subject(documents, definition);
        var uid = Guid.NewGuid().ToString("D");
        var answer = await servers.PostAsync(webhook.Target, ConversionReviews.Request(reviewVersion, uid, apiVersion, documents), patience, cancellationToken);
        return answer.Fault is { } fault
            ? ConversionOutcome.Failed($"conversion webhook for {subject} failed: {fault}")
            : ConversionReviews.Read(answer.Body, reviewVersion, uid, documents, apiVersion, subject);
    }

    /// <inheritdoc />
    public void Dispose() => servers.Dispose();

    private static string Subject(IReadOnlyList<ReadOnlyMemory<byte>> documents, CustomDefinition definition) =>
        $"{(documents.Count == 0 ? definition.Group : CustomDocuments.ApiVersionOf(documents[0].Span))}, Kind={definition.Accepted.Kind}";
}
