using Orchestrator.Api.Admission;
using Orchestrator.Api.Identity;
using Xunit;
using static Orchestrator.Api.Tests.Kinds.KindCase;

namespace Orchestrator.Api.Tests.Admission;

public sealed class ServiceAccountAdmissionTests
{
    [Theory]
    [InlineData("""{"serviceAccountName":"a"}""", "a mirror pod may not reference service accounts")]
    [InlineData("""{"volumes":[{"secret":{"secretName":"s"}}]}""", "a mirror pod may not reference secrets")]
    [InlineData("""{"containers":[{"env":[{"valueFrom":{"secretKeyRef":{"name":"s"}}}]}]}""", "a mirror pod may not reference secrets")]
    [InlineData("""{"volumes":[{"projected":{"sources":[{"serviceAccountToken":{}}]}}]}""", "a mirror pod may not use ServiceAccountToken volume projections")]
    [InlineData("""{"volumes":[{"configMap":{"name":"c"}}]}""", null)]
    public void A_mirror_pod_has_no_identity(string spec, string? expected)
    {
        var pod = AdmissionCase.Attributes("", "pods", "p", $$$"""{"metadata":{"annotations":{"kubernetes.io/config.mirror":"x"}},"spec":{{{spec}}}}""", null, At());
        Assert.Null(Plugin.Admit(pod));
        Assert.Equal(expected is null ? null : "pods \"p\" is forbidden: " + expected, Plugin.Validate(pod)?.Message);
    }

    [Theory]
    [InlineData("{}", "no service account specified for pod ns/p")]
    [InlineData("""{"serviceAccountName":"ghost"}""", "error looking up service account ns/ghost: serviceaccount \"ghost\" not found")]
    [InlineData("""{"serviceAccountName":"free","volumes":[{"secret":{"secretName":"any"}}]}""", null)]
    [InlineData("""{"serviceAccountName":"strict","volumes":[{"secret":{"secretName":"own"}}],"imagePullSecrets":[{"name":"registry"}]}""", null)]
    [InlineData("""{"serviceAccountName":"strict","volumes":[{"secret":{"secretName":"other"}}]}""",
        "volume with secret.secretName=\"other\" is not allowed because service account strict does not reference that secret")]
    [InlineData("""{"serviceAccountName":"strict","initContainers":[{"name":"i","env":[{"name":"E","valueFrom":{"secretKeyRef":{"name":"other"}}}]}]}""",
        "init container i with envVar E referencing secret.secretName=\"other\" is not allowed because service account strict does not reference that secret")]
    [InlineData("""{"serviceAccountName":"strict","containers":[{"name":"c","envFrom":[{"secretRef":{"name":"other"}}]}]}""",
        "container c with envFrom referencing secret.secretName=\"other\" is not allowed because service account strict does not reference that secret")]
    [InlineData("""{"serviceAccountName":"strict","imagePullSecrets":[{"name":"registry"},{"name":"other"}]}""",
        "imagePullSecrets[1].name=\"other\" is not allowed because service account strict does not reference that imagePullSecret")]
    public void An_account_that_asks_for_it_limits_the_secrets_of_its_pods(string spec, string? expected)
    {
        var pod = AdmissionCase.Attributes("", "pods", "p", $$"""{"metadata":{},"spec":{{spec}}}""", null, At(Accounts));
        Assert.Equal(expected is null ? null : "pods \"p\" is forbidden: " + expected, Plugin.Validate(pod)?.Message);
    }

    [Fact]
    public void Containers_that_debug_a_pod_are_limited_as_well()
    {
        const string Document = """
            {"spec":{"serviceAccountName":"strict","ephemeralContainers":[{"name":"d","env":[{"name":"E","valueFrom":{"secretKeyRef":{"name":"other"}}}]}]}}
            """;
        var pod = AdmissionCase.Attributes("", "pods", "p", Document, "{}", At(Accounts), subresource: "ephemeralcontainers");
        Assert.Equal(
            "pods \"p\" is forbidden: ephemeral container d with envVar E referencing secret.secretName=\"other\" is not allowed because service account strict does not reference that secret",
            Plugin.Validate(pod)?.Message);
    }

    private static readonly (ObjectKey, string)[] Accounts =
    [
        (new ObjectKey("", "serviceaccounts", "ns", "free"), """{"metadata":{"name":"free"}}"""),
        (new ObjectKey("", "serviceaccounts", "ns", "strict"),
            """{"metadata":{"name":"strict","annotations":{"kubernetes.io/enforce-mountable-secrets":"true"}},"secrets":[{"name":"own"}],"imagePullSecrets":[{"name":"registry"}]}"""),
    ];

    private static IAdmissionPlugin Plugin => AdmissionPlugins.BuiltIn.Single(plugin => plugin.Name == "ServiceAccount");
}
