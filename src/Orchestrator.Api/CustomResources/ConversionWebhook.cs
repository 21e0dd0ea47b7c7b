using System.Text.Json.Nodes;
using Orchestrator.Api.Admission.Webhooks;

namespace Orchestrator.Api.CustomResources;

/// <summary>The webhook that converts objects between the versions of a definition.</summary>
/// <param name="Target">Where and how it is called.</param>
/// <param name="ReviewVersions">The versions of ConversionReview that it understands, the preferred first.</param>
public sealed record ConversionWebhook(WebhookTarget Target, IReadOnlyList<string> ReviewVersions)
{
    /// <summary>Upstream: defaultWebhookTimeout of its converter; a definition cannot say another.</summary>
    private const int TimeoutSeconds = 30;

    /// <summary>Reads spec.conversion; null when it names no webhook.</summary>
    public static ConversionWebhook? Read(JsonObject? conversion) =>
        CustomDefinition.Text(conversion, "strategy") == "Webhook" && conversion?["webhook"] is JsonObject webhook
            ? new ConversionWebhook(
                WebhookTarget.Of(webhook["clientConfig"] as JsonObject, TimeoutSeconds),
                CustomDefinition.Texts(webhook, "conversionReviewVersions"))
            : null;
}
