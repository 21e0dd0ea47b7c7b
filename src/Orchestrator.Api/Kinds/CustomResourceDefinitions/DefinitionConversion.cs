using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds.AdmissionRegistration;

namespace Orchestrator.Api.Kinds.CustomResourceDefinitions;

/// <summary>How objects are converted between versions: not at all, or by a webhook.</summary>
internal static class DefinitionConversion
{
    private static readonly string[] KnownReviews = ["v1", "v1beta1"];

    /// <summary>Validates spec.conversion. Upstream names the fields of its internal type.</summary>
    public static void Validate(JsonObject? conversion, string path, bool isEstablished, Faults faults)
    {
        faults.OneOf(path + ".strategy", conversion.Text("strategy"), "None", "Webhook");
        var webhook = conversion.Object("webhook");
        var client = webhook.Object("clientConfig");
        var versions = webhook.Texts("conversionReviewVersions").ToList();
        if (conversion.Text("strategy") != "Webhook")
        {
            if (webhook is not null)
            {
                faults.Forbidden(path + ".webhook", "should not be set when strategy is not set to Webhook");
            }

            return;
        }

        if (client is null)
        {
            faults.Required(path + ".webhookClientConfig", "required when strategy is set to Webhook");
        }
        else
        {
            ValidateClient(client, path + ".webhookClientConfig", isEstablished, faults);
        }

        ValidateReviews(versions, path + ".conversionReviewVersions", faults);
    }

    private static void ValidateClient(JsonObject client, string path, bool isEstablished, Faults faults)
    {
        if (client.Has("url") == client.Has("service"))
        {
            faults.Required(path, "exactly one of url or service is required");
        }
        else if (client.Has("url"))
        {
            WebhookValidation.ValidateUrl(client.Text("url"), path + ".url", faults);
        }
        else
        {
            WebhookValidation.ValidateService(client.Object("service"), path + ".service", faults);
        }

        // Before a definition is established its bundle may be a placeholder, which an injector replaces.
        if (isEstablished && client.Text("caBundle") is { Length: > 0 } bundle && !HasCertificate(bundle))
        {
            faults.Invalid(path + ".caBundle", bundle, "unable to load root certificates: unable to parse bytes as PEM block");
        }
    }

    private static bool HasCertificate(string bundle)
    {
        var bytes = new byte[bundle.Length];
        if (!Convert.TryFromBase64String(bundle, bytes, out var length))
        {
            return false;
        }

        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(Encoding.UTF8.GetString(bytes, 0, length));
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            // The only sign of a malformed certificate that there is.
            return false;
        }

        return certificates.Count > 0;
    }

    private static void ValidateReviews(List<string> versions, string path, Faults faults)
    {
        if (versions.Count == 0)
        {
            faults.Required(path);
            return;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < versions.Count; i++)
        {
            if (!seen.Add(versions[i]))
            {
                faults.Invalid($"{path}[{i}]", versions[i], "duplicate version");
                continue;
            }

            faults.Invalid($"{path}[{i}]", versions[i], ObjectNames.Dns1035LabelErrors(versions[i]));
        }

        if (!versions.Exists(version => KnownReviews.Contains(version)))
        {
            faults.Invalid(path, new JsonArray([.. versions.Select(version => JsonValue.Create(version))]), "must include at least one of " + string.Join(", ", KnownReviews));
        }
    }
}
