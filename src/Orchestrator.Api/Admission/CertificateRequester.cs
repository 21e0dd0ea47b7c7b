using System.Text.Json.Nodes;
using Orchestrator.Api.Admission.Webhooks;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Admission;

/// <summary>Writes into a CertificateSigningRequest who made it (signers decide by that, so nobody may say it himself) and when it was decided on.</summary>
/// <remarks>Upstream does so in the strategy (pkg/registry/certificates/certificates), which there knows the user.</remarks>
internal sealed class CertificateRequester : IAdmissionPlugin
{
    private static readonly GroupResource Requests = new("certificates.k8s.io", "certificatesigningrequests");

    /// <inheritdoc />
    public string Name => nameof(CertificateRequester);

    /// <inheritdoc />
    public ApiStatus? Admit(AdmissionAttributes attributes)
    {
        if (attributes.Kind.GroupResource == Requests && attributes is { Operation: AdmissionOperation.Create, Subresource.Length: 0, Object: { } request })
        {
            var spec = request.Ensure("spec");
            foreach (var field in (string[])["username", "uid", "groups", "extra"])
            {
                spec.Remove(field);
            }

            spec["username"] = attributes.Options.User;
            if (attributes.Options.UserUid.Length > 0)
            {
                spec["uid"] = attributes.Options.UserUid;
            }

            if (attributes.Options.Groups.Count > 0)
            {
                spec["groups"] = new JsonArray([.. attributes.Options.Groups.Select(group => JsonValue.Create(group))]);
            }

            if (attributes.Options.UserExtra.Count > 0)
            {
                spec["extra"] = AdmissionRequests.Extra(attributes.Options);
            }
        }
        else if (attributes.Kind.GroupResource == Requests && attributes is { Operation: AdmissionOperation.Update, Object: { } changed, OldObject: { } old }
            && attributes.Subresource is "status" or "approval")
        {
            Stamp(changed.Object("status").Items("conditions"), old.Object("status").Items("conditions").ToList(), attributes.At.Now);
        }

        return null;
    }

    /// <summary>Conditions that come without times get them. Upstream: populateConditionTimestamps.</summary>
    private static void Stamp(IEnumerable<JsonObject> conditions, List<JsonObject> before, DateTimeOffset now)
    {
        var time = Documents.ObjectFields.Time(now);
        foreach (var condition in conditions)
        {
            var same = before.FirstOrDefault(other => other.Text("type") == condition.Text("type") && other.Text("status") == condition.Text("status"));
            condition.DefaultText("lastUpdateTime", time);
            condition.DefaultText("lastTransitionTime", same is null ? time : same.Text("lastTransitionTime") is { Length: > 0 } since ? since : time);
        }
    }
}
