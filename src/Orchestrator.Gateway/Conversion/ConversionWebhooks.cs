using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Orchestrator.Api.Admission.Webhooks;
using Orchestrator.Api.CustomResources;
using Orchestrator.Api.Machinery;
using Orchestrator.Grains.Conversion;
using Orchestrator.Store.Cache;

namespace Orchestrator.Gateway.Conversion;

/// <summary>Calls the webhooks that convert custom resources.</summary>
/// <remarks>Upstream: apiextensions-apiserver/pkg/apiserver/conversion/webhook_converter.go.</remarks>
internal sealed class ConversionWebhooks(IWatchCache cache) : IObjectConverter, IDisposable
{
    /// <summary>A larger answer is refused: so much holds a full list page of the largest objects, twice.</summary>
    private const int MaxAnswerBytes = 64 * 1024 * 1024;

    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly WebhookClients clients = new(cache, MaxAnswerBytes);

    /// <inheritdoc />
    public async Task<ConversionOutcome> ConvertAsync(
        CustomDefinition definition, IReadOnlyList<ReadOnlyMemory<byte>> documents, string apiVersion, TimeSpan patience, CancellationToken cancellationToken)
    {
        var webhook = definition.Conversion!;
        var subject = Subject(documents, definition);
        if (!webhook.ReviewVersions.Any(ConversionReviews.IsKnown))
        {
            return ConversionOutcome.Failed("no supported conversion review versions");
        }

        var reviewVersion = webhook.ReviewVersions.First(ConversionReviews.IsKnown);
        var uid = Guid.NewGuid().ToString("D");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience > TimeSpan.Zero ? patience : TimeSpan.Zero);
        try
        {
            using var content = new ByteArrayContent(ConversionReviews.Request(reviewVersion, uid, apiVersion, documents)) { Headers = { ContentType = Json } };
            using var answer = await clients.For(webhook).PostAsync(WebhookClients.Address(webhook), content, limit.Token);
            var body = await answer.Content.ReadAsByteArrayAsync(limit.Token);
            return answer.IsSuccessStatusCode
                ? ConversionReviews.Read(body, reviewVersion, uid, documents, apiVersion, subject)
                : ConversionOutcome.Failed($"conversion webhook for {subject} failed: {WebhookRefusal.Text((int)answer.StatusCode, body)}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Unreachable("context deadline exceeded");
        }
        catch (HttpRequestException failure)
        {
            return Unreachable(Reason(failure));
        }
        catch (Exception failure) when (failure is IOException or UriFormatException or CryptographicException)
        {
            // Expected of a webhook: it breaks off, or what the definition says of it makes no sense.
            return Unreachable(failure.Message);
        }

        ConversionOutcome Unreachable(string why) =>
            ConversionOutcome.Failed($"conversion webhook for {subject} failed: Post {GoText.Quote(WebhookClients.Address(webhook).ToString())}: {why}");
    }

    /// <inheritdoc />
    public void Dispose() => clients.Dispose();

    private static string Reason(HttpRequestException failure) => failure.InnerException switch
    {
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "dial tcp: connect: connection refused",
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } => "dial tcp: lookup: no such host",
        SocketException socket => "dial tcp: connect: " + socket.Message,
        AuthenticationException untrusted => "tls: failed to verify certificate: x509: " + untrusted.Message,
        _ => failure.Message,
    };

    private static string Subject(IReadOnlyList<ReadOnlyMemory<byte>> documents, CustomDefinition definition) =>
        $"{(documents.Count == 0 ? definition.Group : CustomDocuments.ApiVersionOf(documents[0].Span))}, Kind={definition.Accepted.Kind}";
}
