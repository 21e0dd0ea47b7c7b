using System.Text.Json.Nodes;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Kinds.AdmissionRegistration;

/// <summary>The rules of one webhook, and of the way to it.</summary>
/// <remarks>Upstream: validateValidatingWebhook, validateAdmissionReviewVersions and apiserver/pkg/util/webhook (ValidateWebhookURL, ValidateWebhookService).</remarks>
internal static class WebhookValidation
{
    private const int FullyQualified = 3;

    private static readonly string[] ReviewVersions = ["v1", "v1beta1"];

    /// <summary>Validates a webhook.</summary>
    public static void Validate(JsonObject hook, string path, int longestTimeout, Faults faults)
    {
        ValidateName(hook.Text("name"), path + ".name", faults);
        var rules = hook.Items("rules").ToList();
        for (var i = 0; i < rules.Count; i++)
        {
            AdmissionRules.Validate(rules[i], $"{path}.rules[{i}]", faults);
        }

        faults.OneOfIfSet(path + ".failurePolicy", hook.Text("failurePolicy"), EnumTypes.FailurePolicyType);
        faults.OneOfIfSet(path + ".matchPolicy", hook.Text("matchPolicy"), EnumTypes.MatchPolicyType);
        if (!hook.Has("sideEffects"))
        {
            faults.Required(path + ".sideEffects", "must specify one of None, NoneOnDryRun");
        }
        else
        {
            faults.OneOfIfSet(path + ".sideEffects", hook.Text("sideEffects"), "None", "NoneOnDryRun");
        }

        if (hook.Integer("timeoutSeconds") is { } timeout && (timeout < 1 || timeout > longestTimeout))
        {
            faults.Invalid(path + ".timeoutSeconds", timeout, "the timeout value must be between 1 and 30 seconds");
        }

        ExpressionValidation.OfWebhook(hook, path, faults);
        AdmissionRules.ValidateSelectors(hook, path, faults);
        faults.OneOfIfSet(path + ".reinvocationPolicy", hook.Text("reinvocationPolicy"), EnumTypes.ReinvocationPolicyType);
        ValidateClient(hook.Object("clientConfig"), path + ".clientConfig", faults);
        ValidateReviewVersions(hook, path + ".admissionReviewVersions", faults);
    }

    private static void ValidateClient(JsonObject? client, string path, Faults faults)
    {
        if (client.Has("url") == client.Has("service"))
        {
            faults.Required(path, "exactly one of url or service is required");
        }
        else if (client.Has("url"))
        {
            ValidateUrl(client.Text("url"), path + ".url", faults);
        }
        else
        {
            ValidateService(client.Object("service"), path + ".service", faults);
        }
    }

    internal static void ValidateUrl(string url, string path, Faults faults)
    {
        const string Form = "desired format: https://host[/path]";
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed))
        {
            faults.Required(path, "url must be a valid URL: parse error; " + Form);
            return;
        }

        if (parsed.Scheme != "https")
        {
            faults.Invalid(path, parsed.Scheme, "'https' is the only allowed URL scheme; " + Form);
        }

        if (parsed.Host.Length == 0)
        {
            faults.Invalid(path, parsed.Host, "host must be specified; " + Form);
        }

        if (parsed.UserInfo.Length > 0)
        {
            faults.Invalid(path, parsed.UserInfo, "user information is not permitted in the URL");
        }

        if (parsed.Fragment.Length > 0)
        {
            faults.Invalid(path, parsed.Fragment.TrimStart('#'), "fragments are not permitted in the URL");
        }

        if (parsed.Query.Length > 0)
        {
            faults.Invalid(path, parsed.Query.TrimStart('?'), "query parameters are not permitted in the URL");
        }
    }

    internal static void ValidateService(JsonObject? service, string path, Faults faults)
    {
        if (service.Text("name").Length == 0)
        {
            faults.Required(path + ".name", "service name is required");
        }

        if (service.Text("namespace").Length == 0)
        {
            faults.Required(path + ".namespace", "service namespace is required");
        }

        var port = service.Integer("port") ?? 0;
        if (Formats.PortNumber(port).Any())
        {
            faults.Invalid(path + ".port", port, "port is not valid: must be between 1 and 65535, inclusive");
        }

        if (service.Text("path") is { Length: > 0 } urlPath && urlPath[0] != '/')
        {
            faults.Invalid(path + ".path", urlPath, "must start with a '/'");
        }
    }

    private static void ValidateReviewVersions(JsonObject hook, string path, Faults faults)
    {
        var versions = hook.Texts("admissionReviewVersions").ToList();
        if (versions.Count == 0)
        {
            faults.Required(path, "must specify one of v1, v1beta1");
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

        if (!versions.Intersect(ReviewVersions, StringComparer.Ordinal).Any())
        {
            faults.Invalid(path, hook.Array("admissionReviewVersions"), "must include at least one of v1, v1beta1");
        }
    }

    private static void ValidateName(string name, string path, Faults faults)
    {
        if (name.Length == 0)
        {
            faults.Required(path);
            return;
        }

        var complaints = ObjectNames.DnsSubdomainErrors(name).ToList();
        if (complaints.Count > 0)
        {
            faults.Invalid(path, name, string.Join(',', complaints));
        }
        else if (name.Split('.').Length < FullyQualified)
        {
            faults.Invalid(path, name, "should be a domain with at least three segments separated by dots");
        }
    }
}
