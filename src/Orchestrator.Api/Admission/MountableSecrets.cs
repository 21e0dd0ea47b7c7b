using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds;

namespace Orchestrator.Api.Admission;

/// <summary>Holds the pods of an account that asks for it to the secrets that the account names.</summary>
/// <remarks>Upstream: limitSecretReferences of plugin/pkg/admission/serviceaccount. The annotation is deprecated and still obeyed.</remarks>
internal static class MountableSecrets
{
    private const string Annotation = "kubernetes.io/enforce-mountable-secrets";

    /// <summary>How Go reads <c>true</c>: strconv.ParseBool.</summary>
    private static readonly string[] Truths = ["1", "t", "T", "TRUE", "true", "True"];

    /// <summary>What a new pod refers to and may not; null: nothing.</summary>
    public static string? FaultOf(JsonObject account, JsonObject pod)
    {
        if (!IsEnforced(account))
        {
            return null;
        }

        var (spec, owner, secrets) = (pod.Object("spec"), Name(account), Names(account, "secrets"));
        foreach (var name in spec.Items("volumes").Where(volume => volume.Has("secret")).Select(volume => volume.Object("secret").Text("secretName")))
        {
            if (!secrets.Contains(name))
            {
                return $"volume with secret.secretName=\"{name}\" is not allowed because service account {owner} does not reference that secret";
            }
        }

        var fault = spec.Items("initContainers").Select(container => FaultOf("init container", container, secrets, owner))
            .Concat(spec.Items("containers").Select(container => FaultOf("container", container, secrets, owner))).FirstOrDefault(found => found is not null);
        return fault ?? PullFault(spec, Names(account, "imagePullSecrets"), owner);
    }

    /// <summary>What the containers that debug a pod refer to and may not; null: nothing.</summary>
    public static string? FaultOfEphemeral(JsonObject account, JsonObject pod) => IsEnforced(account)
        ? pod.Object("spec").Items("ephemeralContainers")
            .Select(container => FaultOf("ephemeral container", container, Names(account, "secrets"), Name(account))).FirstOrDefault(found => found is not null)
        : null;

    private static bool IsEnforced(JsonObject account) => Truths.Contains(account.Object("metadata").Object("annotations").Text(Annotation), StringComparer.Ordinal);

    private static string Name(JsonObject account) => account.Object("metadata").Text("name");

    private static HashSet<string> Names(JsonObject account, string list) => account.Items(list).Select(reference => reference.Text("name")).ToHashSet(StringComparer.Ordinal);

    private static string? FaultOf(string kind, JsonObject container, HashSet<string> secrets, string owner)
    {
        foreach (var variable in container.Items("env"))
        {
            if (variable.Object("valueFrom").Object("secretKeyRef") is { } reference && !secrets.Contains(reference.Text("name")))
            {
                return $"{kind} {container.Text("name")} with envVar {variable.Text("name")} referencing secret.secretName=\"{reference.Text("name")}\" "
                    + $"is not allowed because service account {owner} does not reference that secret";
            }
        }

        foreach (var source in container.Items("envFrom"))
        {
            if (source.Object("secretRef") is { } reference && !secrets.Contains(reference.Text("name")))
            {
                return $"{kind} {container.Text("name")} with envFrom referencing secret.secretName=\"{reference.Text("name")}\" "
                    + $"is not allowed because service account {owner} does not reference that secret";
            }
        }

        return null;
    }

    private static string? PullFault(JsonObject? spec, HashSet<string> allowed, string owner)
    {
        var index = 0;
        foreach (var name in spec.Items("imagePullSecrets").Select(reference => reference.Text("name")))
        {
            if (!allowed.Contains(name))
            {
                return string.Create(CultureInfo.InvariantCulture,
                    $"imagePullSecrets[{index}].name=\"{name}\" is not allowed because service account {owner} does not reference that imagePullSecret");
            }

            index++;
        }

        return null;
    }
}
