using System.Text.Json.Nodes;
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
        var ns = attributes.Key.Namespace;
        if (attributes.At.View.Read("", "serviceaccounts", ns, name) is not { } account)
        {
            return attributes.Forbid($"error looking up service account {ns}/{name}: serviceaccount {GoText.Quote(name)} not found");
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
        if (!attributes.CreatesPod() || attributes.Object is not { } pod || !IsMirror(pod))
        {
            return null;
        }

        // A mirror pod stands for a static pod of a node, which has no identity of its own.
        return pod.Object("spec").Text("serviceAccountName").Length > 0
            ? attributes.Forbid("a mirror pod may not reference service accounts")
            : null;
    }

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
