using System.Net.Http.Headers;
using Orchestrator.Api.CustomResources;
using Orchestrator.Grains.Conversion;
using Orchestrator.Store.Cache;

namespace Orchestrator.Gateway.Conversion;

/// <summary>Calls the webhooks that convert custom resources.</summary>
/// <remarks>Upstream: apiextensions-apiserver/pkg/apiserver/conversion/webhook_converter.go.</remarks>
internal sealed class ConversionWebhooks(IWatchCache cache) : IObjectConverter, IDisposable
{
    /// <summary>A webhook that does not answer in this time has failed. Upstream: thirty seconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>A larger answer is refused: so much holds a full list page of the largest objects, twice.</summary>
    private const int MaxAnswerBytes = 64 * 1024 * 1024;

    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly WebhookClients clients = new(cache, MaxAnswerBytes, Patience);

    /// <inheritdoc />
    public async Task<ConversionOutcome> ConvertAsync(
        CustomDefinition definition, IReadOnlyList<ReadOnlyMemory<byte>> documents, string apiVersion, CancellationToken cancellationToken)
    {
        var webhook = definition.Conversion!;
        var subject = Subject(documents, definition);
        if (!webhook.ReviewVersions.Any(ConversionReviews.IsKnown))
        {
            return ConversionOutcome.Failed($"conversion webhook for {subject} failed: no supported ConversionReview versions");
        }

        var uid = Guid.NewGuid().ToString("D");
        var request = ConversionReviews.Request(webhook.ReviewVersions.First(ConversionReviews.IsKnown), uid, apiVersion, documents);
        try
        {
            using var content = new ByteArrayContent(request) { Headers = { ContentType = Json } };
            using var answer = await clients.For(webhook).PostAsync(WebhookClients.Address(webhook), content, cancellationToken);
            var body = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
            return answer.IsSuccessStatusCode
                ? ConversionReviews.Read(body, uid, documents, apiVersion, subject)
                : ConversionOutcome.Failed($"conversion webhook for {subject} failed: the server answered {(int)answer.StatusCode}");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or UriFormatException
            || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // Expected of a webhook: it is not there, not trusted, or too slow.
            return ConversionOutcome.Failed($"conversion webhook for {subject} failed: Post \"{WebhookClients.Shown(webhook)}\": {Reason(failure)}");
        }
    }

    /// <inheritdoc />
    public void Dispose() => clients.Dispose();

    private static string Reason(Exception failure) => failure is OperationCanceledException ? "context deadline exceeded" : (failure.InnerException ?? failure).Message;

    private static string Subject(IReadOnlyList<ReadOnlyMemory<byte>> documents, CustomDefinition definition) =>
        $"{(documents.Count == 0 ? definition.Group : CustomDocuments.ApiVersionOf(documents[0].Span))}, Kind={definition.Accepted.Kind}";
}
