using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Admission;

/// <summary>Gives each pod a service account, and the volume with the account's token where it is wanted.</summary>
/// <remarks>Upstream: plugin/pkg/admission/serviceaccount.</remarks>
internal sealed class ServiceAccountAdmission : IAdmissionPlugin
{
    private const string MountPath = "/var/run/secrets/kubernetes.io/serviceaccount";
    private const string VolumePrefix = "kube-api-access-";
    private const string MirrorAnnotation = "kubernetes.io/config.mirror";

    private static readonly GroupResource Pods = new("", "pods");

    /// <summary>An hour and seven seconds: upstream's odd number tells tokens that nobody chose a lifetime for.</summary>
    private const long TokenExpirationSeconds = 3607;

    /// <summary>The alphabet of generated names: no vowels and no look-alikes.</summary>
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    /// <inheritdoc />
    public string Name => "ServiceAccount";

    /// <inheritdoc />
    public ApiStatus? Admit(AdmissionAttributes attributes)
    {
        if (!attributes.CreatesPod() || attributes.Object is not { } pod || IsMirror(pod))
        {
            return null;
        }

        var spec = pod.Ensure("spec");
        spec.DefaultText("serviceAccountName", "default");
        var name = spec.Text("serviceAccountName");
        spec["serviceAccount"] = name;
        if (Account(pod, attributes) is not { } account)
        {
            return attributes.Forbid(NoAccount(attributes, name));
        }

        if (WantsToken(spec, account))
        {
            MountToken(spec, attributes.At);
        }

        if (spec.Array("imagePullSecrets") is not { Count: > 0 } && account.Array("imagePullSecrets") is { Count: > 0 } secrets)
        {
            spec["imagePullSecrets"] = secrets.DeepClone();
        }

        return null;
    }

    /// <inheritdoc />
    public ApiStatus? Validate(AdmissionAttributes attributes)
    {
        if (attributes.Kind.GroupResource != Pods || attributes.Object is not { } pod)
        {
            return null;
        }

        var fault = (attributes.Operation, attributes.Subresource) switch
        {
            (AdmissionOperation.Create, "") => IsMirror(pod) ? OfMirror(pod) : OfAccount(pod, attributes),
            (AdmissionOperation.Update, "ephemeralcontainers") when Account(pod, attributes) is { } account => MountableSecrets.FaultOfEphemeral(account, pod),
            _ => null,
        };
        return fault is null ? null : attributes.Forbid(fault);
    }

    /// <summary>A mirror pod stands for a static pod of a node, which has no identity of its own.</summary>
    private static string? OfMirror(JsonObject pod)
    {
        var spec = pod.Object("spec");
        return spec.Text("serviceAccountName").Length > 0 ? "a mirror pod may not reference service accounts"
            : PodReferences.Secrets(spec).Any() ? "a mirror pod may not reference secrets"
            : PodReferences.Projections(spec).Any(source => source.Has("serviceAccountToken")) ? "a mirror pod may not use ServiceAccountToken volume projections"
            : null;
    }

    private static string? OfAccount(JsonObject pod, AdmissionAttributes attributes)
    {
        var name = pod.Object("spec").Text("serviceAccountName");
        if (name.Length == 0)
        {
            return $"no service account specified for pod {attributes.Key.Namespace}/{attributes.Key.Name}";
        }

        return Account(pod, attributes) is { } account ? MountableSecrets.FaultOf(account, pod) : NoAccount(attributes, name);
    }

    private static JsonObject? Account(JsonObject pod, AdmissionAttributes attributes) =>
        attributes.At.View.Read("", "serviceaccounts", attributes.Key.Namespace, pod.Object("spec").Text("serviceAccountName"));

    private static string NoAccount(AdmissionAttributes attributes, string name) =>
        $"error looking up service account {attributes.Key.Namespace}/{name}: serviceaccount {GoText.Quote(name)} not found";

    private static bool IsMirror(JsonObject pod) => pod.Object("metadata").Object("annotations").Has(MirrorAnnotation);

    private static bool WantsToken(JsonObject spec, JsonObject account)
    {
        const string field = "automountServiceAccountToken";
        return spec.Has(field) ? spec.Flag(field) : !account.Has(field) || account.Flag(field);
    }

    private static void MountToken(JsonObject spec, Surroundings at)
    {
        var existing = spec.Items("volumes").FirstOrDefault(volume =>
            volume.Has("projected") && volume.Text("name").StartsWith(VolumePrefix, StringComparison.Ordinal));
        var name = existing is null ? FreshName(spec, at) : existing.Text("name");
        var mounted = false;
        foreach (var container in spec.Items("initContainers").Concat(spec.Items("containers")))
        {
            if (container.Items("volumeMounts").Any(mount => mount.Text("mountPath") == MountPath))
            {
                continue;
            }

            mounted = true;
            EnsureList(container, "volumeMounts").Add(new JsonObject { ["name"] = name, ["readOnly"] = true, ["mountPath"] = MountPath });
        }

        if (mounted && existing is null)
        {
            EnsureList(spec, "volumes").Add(TokenVolume(name));
        }
    }

    private static JsonArray EnsureList(JsonObject owner, string field)
    {
        if (owner[field] is not JsonArray list)
        {
            owner[field] = list = [];
        }

        return list;
    }

    private static string FreshName(JsonObject spec, Surroundings at)
    {
        var taken = spec.Items("volumes").Select(volume => volume.Text("name")).ToHashSet(StringComparer.Ordinal);
        string name;
        do
        {
            var bytes = at.NewUid().ToByteArray();
            name = VolumePrefix + string.Concat(bytes.Take(5).Select(value => Alphabet[value % Alphabet.Length]));
        }
        while (taken.Contains(name));
        return name;
    }

    private static JsonObject TokenVolume(string name) => new()
    {
        ["name"] = name,
        ["projected"] = new JsonObject
        {
            ["sources"] = new JsonArray(
                new JsonObject { ["serviceAccountToken"] = new JsonObject { ["expirationSeconds"] = TokenExpirationSeconds, ["path"] = "token" } },
                new JsonObject
                {
                    ["configMap"] = new JsonObject
                    {
                        ["name"] = "kube-root-ca.crt",
                        ["items"] = new JsonArray(new JsonObject { ["key"] = "ca.crt", ["path"] = "ca.crt" }),
                    },
                },
                new JsonObject
                {
                    ["downwardAPI"] = new JsonObject
                    {
                        ["items"] = new JsonArray(new JsonObject
                        {
                            ["path"] = "namespace",
                            ["fieldRef"] = new JsonObject { ["apiVersion"] = "v1", ["fieldPath"] = "metadata.namespace" },
                        }),
                    },
                }),
            ["defaultMode"] = Kinds.PodTemplates.VolumeDefaults.FileMode,
        },
    };
}
