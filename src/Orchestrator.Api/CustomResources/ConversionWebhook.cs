using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Api.CustomResources;

/// <summary>The webhook that converts objects between the versions of a definition.</summary>
/// <param name="Url">Its address; empty when a Service is named.</param>
/// <param name="ServiceNamespace">The Service's namespace.</param>
/// <param name="ServiceName">The Service's name; empty when an address is given.</param>
/// <param name="ServicePath">The path at the Service.</param>
/// <param name="ServicePort">The port of the Service.</param>
/// <param name="CertificateAuthorities">PEM certificates that its certificate must come from; empty: those of the system.</param>
/// <param name="ReviewVersions">The versions of ConversionReview that it understands, the preferred first.</param>
public sealed record ConversionWebhook(
    string Url, string ServiceNamespace, string ServiceName, string ServicePath, int ServicePort, string CertificateAuthorities, IReadOnlyList<string> ReviewVersions)
{
    private const int DefaultPort = 443;

    /// <summary>The host name that the webhook's certificate must be for.</summary>
    public string ServiceHost => $"{ServiceName}.{ServiceNamespace}.svc";

    /// <summary>Reads spec.conversion; null when it names no webhook.</summary>
    public static ConversionWebhook? Read(JsonObject? conversion)
    {
        if (CustomDefinition.Text(conversion, "strategy") != "Webhook" || conversion?["webhook"] is not JsonObject webhook)
        {
            return null;
        }

        var client = webhook["clientConfig"] as JsonObject;
        var service = client?["service"] as JsonObject;
        return new ConversionWebhook(
            CustomDefinition.Text(client, "url"),
            CustomDefinition.Text(service, "namespace"),
            CustomDefinition.Text(service, "name"),
            CustomDefinition.Text(service, "path"),
            service?["port"] is JsonValue port && port.GetValueKind() == JsonValueKind.Number ? port.GetValue<int>() : DefaultPort,
            Decoded(CustomDefinition.Text(client, "caBundle")),
            CustomDefinition.Texts(webhook, "conversionReviewVersions"));
    }

    private static string Decoded(string bundle)
    {
        var bytes = new byte[bundle.Length];
        return Convert.TryFromBase64String(bundle, bytes, out var length) ? System.Text.Encoding.UTF8.GetString(bytes, 0, length) : "";
    }
}
