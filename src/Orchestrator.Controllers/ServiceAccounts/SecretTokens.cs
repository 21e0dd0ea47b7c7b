using System.Text;
using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;
using Orchestrator.Controllers.Certificates;
using Orchestrator.Controllers.Objects;
using Orchestrator.Controllers.Plans;

namespace Orchestrator.Controllers.ServiceAccounts;

/// <summary>Fills Secrets that ask for a service account's token, and removes those whose account is gone.</summary>
/// <remarks>Upstream: pkg/controller/serviceaccount/tokens_controller.go. As since 1.24, no account gets such a Secret unasked.</remarks>
internal sealed class SecretTokens(IClusterSigner signer, string rootCertificates) : IReconciler
{
    private const string TokenType = "kubernetes.io/service-account-token";
    private const string NameAnnotation = "kubernetes.io/service-account.name";
    private const string UidAnnotation = "kubernetes.io/service-account.uid";

    private static readonly GroupResource Secrets = new("", "secrets");

    public string Name => "serviceaccount-token-controller";

    public IReadOnlyList<GroupResource> Watches { get; } = [Secrets, Resources.ServiceAccounts];

    public IEnumerable<ObjectKey> KeysFor(StoredObject? before, StoredObject after, bool removed, IClusterView view)
    {
        if (after.Key.GroupResource == Secrets)
        {
            return removed ? [] : [after.Key];
        }

        // Only an account that comes or goes changes what its Secrets hold.
        return removed || before is null ? KeysIn(after.Key.Namespace, view) : [];
    }

    public IEnumerable<ObjectKey> AllKeys(IClusterView view) => KeysIn("", view);

    public Plan Reconcile(ObjectKey key, IClusterView view, DateTimeOffset now)
    {
        if (view.Get<V1Secret>(key) is not { IsDeleting: false } secret || secret.Value.Type != TokenType)
        {
            return Plan.Nothing;
        }

        var annotations = secret.Value.Metadata.Annotations ?? new Dictionary<string, string>();
        var name = annotations.TryGetValue(NameAnnotation, out var named) ? named : "";
        annotations.TryGetValue(UidAnnotation, out var uid);
        var account = view.Get<V1ServiceAccount>(Resources.ServiceAccounts.Key(key.Namespace, name));
        if (account is null || (!string.IsNullOrEmpty(uid) && uid != account.Uid))
        {
            return new Plan { Writes = [new PlannedWrite.Delete(key, secret.Uid)] };
        }

        var patch = Missing(secret.Value, account, string.IsNullOrEmpty(uid));
        return patch.Count == 0 ? Plan.Nothing : new Plan { Writes = [new PlannedWrite.Patch(key, patch, "", secret.ResourceVersion)] };
    }

    private static IEnumerable<ObjectKey> KeysIn(string ns, IClusterView view) =>
        view.List<V1Secret>(Secrets, ns).Where(secret => secret.Value.Type == TokenType).Select(secret => secret.Key);

    private JsonObject Missing(V1Secret secret, Typed<V1ServiceAccount> account, bool lacksUid)
    {
        var data = new JsonObject();
        var certificates = Encoding.UTF8.GetBytes(rootCertificates);
        if (!Has("ca.crt", value => value.AsSpan().SequenceEqual(certificates)))
        {
            data["ca.crt"] = Convert.ToBase64String(certificates);
        }

        if (!Has("namespace", value => value.Length > 0))
        {
            data["namespace"] = Encode(account.Key.Namespace);
        }

        if (!Has("token", value => value.Length > 0))
        {
            data["token"] = Encode(signer.SignSecretToken(account.Key.Namespace, account.Name, account.Uid, secret.Metadata.Name));
        }

        var patch = new JsonObject();
        if (data.Count > 0)
        {
            patch["data"] = data;
        }

        if (lacksUid)
        {
            patch["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [UidAnnotation] = account.Uid } };
        }

        return patch;

        bool Has(string key, Func<byte[], bool> isGood) => secret.Data is { } present && present.TryGetValue(key, out var value) && isGood(value);
    }

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
