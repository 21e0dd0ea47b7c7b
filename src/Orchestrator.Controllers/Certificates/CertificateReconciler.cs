using System.Text;
using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Api.Authorization;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds.CertificateSigningRequests;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;
using Orchestrator.Controllers.Objects;
using Orchestrator.Controllers.Plans;

namespace Orchestrator.Controllers.Certificates;

/// <summary>Approves what nodes ask for themselves, signs what is approved for the built-in signers, and removes requests that have served.</summary>
/// <remarks>Upstream: pkg/controller/certificates (approver, signer and cleaner), three loops of one service account.</remarks>
internal sealed class CertificateReconciler(IClusterSigner signer) : IReconciler
{
    private const string Group = "certificates.k8s.io";

    private static readonly GroupResource Requests = new(Group, "certificatesigningrequests");

    public string Name => "certificate-controller";

    public IReadOnlyList<GroupResource> Watches { get; } = [Requests];

    public IEnumerable<ObjectKey> KeysFor(StoredObject? before, StoredObject after, bool removed, IClusterView view) => removed ? [] : [after.Key];

    public IEnumerable<ObjectKey> AllKeys(IClusterView view) => view.List(Requests).Select(stored => stored.Key);

    public Plan Reconcile(ObjectKey key, IClusterView view, DateTimeOffset now)
    {
        if (view.Get<V1CertificateSigningRequest>(key) is not { IsDeleting: false } request)
        {
            return Plan.Nothing;
        }

        var end = CertificateExpiry.Of(request.Value);
        if (end <= now)
        {
            return new Plan { Writes = [new PlannedWrite.Delete(key, request.Uid)] };
        }

        return new Plan { Writes = [.. Decide(request, view, now)], RequeueAfter = end - now };
    }

    private IEnumerable<PlannedWrite> Decide(Typed<V1CertificateSigningRequest> request, IClusterView view, DateTimeOffset now)
    {
        var (spec, status) = (request.Value.Spec, request.Value.Status);
        var conditions = (status?.Conditions ?? []).Where(condition => condition.Status == "True").Select(condition => condition.Type).ToHashSet();
        if (status?.Certificate is { Length: > 0 } || conditions.Contains("Denied") || conditions.Contains("Failed") || !CertificateSigners.Knows(spec.SignerName))
        {
            return [];
        }

        var (read, fault) = SigningRequest.Read(Convert.ToBase64String(spec.Request));
        var isApproved = conditions.Contains("Approved");
        if (read is null)
        {
            return isApproved ? [Fail(request, fault, now)] : [];
        }

        return isApproved ? [Sign(request, read, now)]
            : Approval(spec, read, view) is { } message ? [Conclude(request, "Approved", "AutoApproved", message, "approval", now)]
            : [];
    }

    private PlannedWrite.Patch Sign(Typed<V1CertificateSigningRequest> request, SigningRequest read, DateTimeOffset now)
    {
        var spec = request.Value.Spec;
        string[] usages = [.. spec.Usages ?? []];
        var fault = CertificateSigners.Fault(spec.SignerName, read, usages)
            ?? (read.IsKeySupported ? null : "the public key is of an algorithm that is not supported");
        if (fault is not null)
        {
            return Fail(request, fault, now);
        }

        var pem = signer.SignCertificate(read, usages, CertificateSigners.Lifetime(spec.ExpirationSeconds));
        var status = new JsonObject { ["certificate"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(pem)) };
        return new PlannedWrite.Patch(request.Key, new JsonObject { ["status"] = status }, "status", request.ResourceVersion);
    }

    /// <summary>Why a request is approved without a person: a node that asks for itself, or somebody who may ask for nodes.</summary>
    private static string? Approval(V1CertificateSigningRequestSpec spec, SigningRequest read, IClusterView view)
    {
        if (spec.SignerName != CertificateSigners.KubeletClient || KubeletRequests.ClientFault(read, [.. spec.Usages ?? []]) is not null)
        {
            return null;
        }

        return spec.Username == read.CommonName && MayAskFor("selfnodeclient") ? "Auto approving self kubelet client certificate after SubjectAccessReview."
            : MayAskFor("nodeclient") ? "Auto approving kubelet client certificate after SubjectAccessReview."
            : null;

        bool MayAskFor(string subresource) =>
            ClusterRules.Allow(view, spec.Username ?? "", [.. spec.Groups ?? []], "create", Group, Requests.Resource, subresource, "");
    }

    private static PlannedWrite.Patch Fail(Typed<V1CertificateSigningRequest> request, string message, DateTimeOffset now) =>
        Conclude(request, "Failed", "SignerValidationFailure", message, "status", now);

    private static PlannedWrite.Patch Conclude(
        Typed<V1CertificateSigningRequest> request, string type, string reason, string message, string subresource, DateTimeOffset now)
    {
        var conditions = Typed.Document(request.Stored)["status"]?["conditions"]?.DeepClone() as JsonArray ?? [];
        conditions.Add(new JsonObject
        {
            ["type"] = type,
            ["status"] = "True",
            ["reason"] = reason,
            ["message"] = message,
            ["lastUpdateTime"] = now.Text(),
            ["lastTransitionTime"] = now.Text(),
        });
        var patch = new JsonObject { ["status"] = new JsonObject { ["conditions"] = conditions } };
        return new PlannedWrite.Patch(request.Key, patch, subresource, request.ResourceVersion);
    }
}
