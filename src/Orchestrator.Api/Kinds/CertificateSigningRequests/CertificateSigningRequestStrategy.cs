using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Kinds.CertificateSigningRequests;

/// <summary>What CertificateSigningRequests add to the common write path: what is asked for, and by whom, never changes.</summary>
/// <remarks>Upstream: pkg/registry/certificates/certificates/strategy.go and pkg/apis/certificates/validation. Who asks is set by <see cref="Admission.CertificateRequester"/>.</remarks>
internal sealed class CertificateSigningRequestStrategy : KindStrategy
{
    private const long ShortestSeconds = 600;

    /// <inheritdoc />
    public override GroupResource Resource => new("certificates.k8s.io", "certificatesigningrequests");

    /// <inheritdoc />
    public override IEnumerable<string> NameErrors(string name, bool prefix) => [];

    /// <inheritdoc />
    public override void PrepareForUpdate(JsonObject obj, JsonObject old, string subresource)
    {
        // The conditions are written through approval (Approved, Denied) and through status (the rest, and the certificate).
        Restore("spec", obj, old);
        switch (subresource)
        {
            case "":
                Restore("status", obj, old);
                break;
            case "approval":
                KeepCertificate(obj, old);
                break;
        }
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        var spec = obj.Object("spec");
        if (SigningRequest.Read(spec.Text("request")) is { Request: null, Fault: var fault })
        {
            faults.Invalid("spec.request", spec?["request"], fault);
        }

        ValidateUsages(spec, faults);
        var signer = spec.Text("signerName");
        if (signer == "kubernetes.io/legacy-unknown")
        {
            faults.Invalid("spec.signerName", signer, "the legacy signerName is not allowed via this API version");
        }
        else if (signer.Length == 0)
        {
            faults.Required("spec.signerName");
        }
        else if (signer.Split('/') is not [{ Length: > 0 } domain, { Length: > 0 }] || !domain.Contains('.', StringComparison.Ordinal))
        {
            faults.Invalid("spec.signerName", signer, "must be a fully qualified domain and path of the form 'example.com/signer-name'");
        }

        if (spec.Integer("expirationSeconds") is { } seconds and < ShortestSeconds)
        {
            faults.Invalid("spec.expirationSeconds", seconds, "may not specify a duration less than 600 seconds (10 minutes)");
        }

        return faults;
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource)
    {
        var faults = new Faults();
        ValidateConditions(obj.Object("status").Items("conditions").ToList(), faults);
        foreach (var type in new[] { "Approved", "Denied", "Failed" })
        {
            var now = obj.Object("status").Items("conditions").Where(condition => condition.Text("type") == type).ToList();
            var before = old.Object("status").Items("conditions").Where(condition => condition.Text("type") == type).ToList();
            if (before.Count > 0 && now.Count < before.Count)
            {
                faults.Forbidden("status.conditions", $"updates may not remove a condition of type \"{type}\"");
            }
            else if (now.Count > before.Count && type != "Failed" && subresource != "approval")
            {
                faults.Forbidden("status.conditions", $"updates may not add a condition of type \"{type}\"");
            }
        }

        if (old.Object("status").Text("certificate") is { Length: > 0 } && !JsonReading.Same(obj.Object("status")?["certificate"], old.Object("status")?["certificate"]))
        {
            faults.Forbidden("status.certificate", "updates may not modify existing certificate content");
        }

        return faults;
    }

    private static void KeepCertificate(JsonObject obj, JsonObject old)
    {
        var conditions = obj.Object("status")?["conditions"]?.DeepClone();
        Restore("status", obj, old);
        if (conditions is not null)
        {
            obj.Ensure("status")["conditions"] = conditions;
        }
    }

    private static void ValidateUsages(JsonObject? spec, Faults faults)
    {
        var usages = spec.Texts("usages").ToList();
        if (usages.Count == 0)
        {
            faults.Required("spec.usages", "usages must be provided");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < usages.Count; i++)
        {
            if (!EnumTypes.KeyUsage.Contains(usages[i], StringComparer.Ordinal))
            {
                faults.NotSupported($"spec.usages[{i}]", usages[i], EnumTypes.KeyUsage);
            }
            else if (!seen.Add(usages[i]))
            {
                faults.Duplicate($"spec.usages[{i}]", usages[i]);
            }
        }
    }

    private static void ValidateConditions(List<JsonObject> conditions, Faults faults)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < conditions.Count; i++)
        {
            var (at, type, status) = ($"status.conditions[{i}]", conditions[i].Text("type"), conditions[i].Text("status"));
            if (type.Length == 0)
            {
                faults.Required(at + ".type");
            }
            else if (!seen.Add(type))
            {
                faults.Duplicate(at + ".type", type);
            }

            faults.OneOf(at + ".status", status, type is "Approved" or "Denied" or "Failed" ? ["True"] : ["False", "True", "Unknown"]);
        }

        if (seen.Contains("Approved") && seen.Contains("Denied"))
        {
            faults.Invalid("status.conditions", "Approved", "Approved and Denied conditions are mutually exclusive");
        }
    }
}
