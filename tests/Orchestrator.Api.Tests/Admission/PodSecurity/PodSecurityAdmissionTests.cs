using Orchestrator.Api.Admission;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Tests.Kinds;
using Xunit;

namespace Orchestrator.Api.Tests.Admission.PodSecurity;

public sealed class PodSecurityAdmissionTests
{
    private const string Hardened = """
        {"securityContext":{"runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"}},
         "containers":[{"name":"c","securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}}]}
        """;

    [Theory]
    [InlineData("restricted", """{"containers":[{"name":"c"}]}""",
        "allowPrivilegeEscalation != false (container \"c\" must set securityContext.allowPrivilegeEscalation=false), "
        + "unrestricted capabilities (container \"c\" must set securityContext.capabilities.drop=[\"ALL\"]), "
        + "runAsNonRoot != true (pod or container \"c\" must set securityContext.runAsNonRoot=true), "
        + "seccompProfile (pod or container \"c\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")")]
    [InlineData("restricted", Hardened, "")]
    [InlineData("privileged", """{"hostPID":true,"containers":[{"name":"c","securityContext":{"privileged":true}}]}""", "")]
    [InlineData("baseline", """{"containers":[{"name":"c"}]}""", "")]
    [InlineData("baseline", """{"hostNetwork":true,"hostPID":true,"hostIPC":true,"containers":[]}""", "host namespaces (hostNetwork=true, hostPID=true, hostIPC=true)")]
    [InlineData("baseline", """{"containers":[{"name":"a","securityContext":{"privileged":true}}],"initContainers":[{"name":"i","securityContext":{"privileged":true}}]}""",
        "privileged (containers \"i\", \"a\" must not set securityContext.privileged=true)")]
    [InlineData("baseline", """{"containers":[{"name":"a","securityContext":{"capabilities":{"add":["SYS_ADMIN","CHOWN","NET_RAW"]}}}]}""",
        "non-default capabilities (container \"a\" must not include \"NET_RAW\", \"SYS_ADMIN\" in securityContext.capabilities.add)")]
    [InlineData("baseline", """{"containers":[{"name":"a","ports":[{"hostPort":90},{"hostPort":8080}]}]}""", "hostPort (container \"a\" uses hostPorts 8080, 90)")]
    [InlineData("baseline", """{"containers":[],"volumes":[{"name":"v","hostPath":{"path":"/"}},{"name":"w","hostPath":{"path":"/"}}]}""", "hostPath volumes (volumes \"v\", \"w\")")]
    [InlineData("baseline", """{"containers":[{"name":"a","livenessProbe":{"httpGet":{"host":"10.0.0.1","port":1}}}]}""",
        "probe or lifecycle host (container \"a\" uses probe or lifecycle host \"10.0.0.1\")")]
    [InlineData("baseline", """{"containers":[{"name":"a","securityContext":{"procMount":"Unmasked"}}]}""", "procMount (container \"a\" must not set securityContext.procMount to \"Unmasked\")")]
    [InlineData("baseline", """{"containers":[],"securityContext":{"sysctls":[{"name":"kernel.msgmax"},{"name":"net.ipv4.tcp_rmem"}]}}""", "forbidden sysctls (kernel.msgmax)")]
    [InlineData("baseline", """{"containers":[{"name":"a","securityContext":{"seLinuxOptions":{"type":"spc_t","role":"r"}}}],"securityContext":{"seLinuxOptions":{"user":"u"}}}""",
        "seLinuxOptions (pod and container \"a\" set forbidden securityContext.seLinuxOptions: type \"spc_t\"; user may not be set; role may not be set)")]
    [InlineData("baseline", """{"containers":[{"name":"a","securityContext":{"seccompProfile":{"type":"Unconfined"}}}]}""",
        "seccompProfile (container \"a\" must not set securityContext.seccompProfile.type to \"Unconfined\")")]
    [InlineData("baseline", """{"containers":[],"securityContext":{"appArmorProfile":{"type":"Unconfined"}}}""",
        "forbidden AppArmor profile (pod must not set AppArmor profile type to \"Unconfined\")")]
    [InlineData("baseline", """{"containers":[{"name":"a","securityContext":{"windowsOptions":{"hostProcess":true}}}]}""",
        "hostProcess (container \"a\" must not set securityContext.windowsOptions.hostProcess=true)")]
    [InlineData("restricted", """
        {"securityContext":{"runAsNonRoot":false,"runAsUser":0,"seccompProfile":{"type":"RuntimeDefault"}},"volumes":[{"name":"v","hostPath":{}},{"name":"s","secret":{}}],
         "containers":[{"name":"c","securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"],"add":["NET_BIND_SERVICE","NET_RAW"]}}}]}
        """,
        "unrestricted capabilities (container \"c\" must not include \"NET_RAW\" in securityContext.capabilities.add), "
        + "restricted volume types (volume \"v\" uses restricted volume type \"hostPath\"), "
        + "runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false), runAsUser=0 (pod must not set runAsUser=0)")]
    public void A_pod_is_held_to_the_level_of_its_namespace(string level, string spec, string violations) =>
        Assert.Equal(
            violations.Length == 0 ? null : $"pods \"x\" is forbidden: violates PodSecurity \"{level}:latest\": {violations}",
            Plugin.Validate(Pod(spec, $$"""{"pod-security.kubernetes.io/enforce":"{{level}}"}"""))?.Message);

    [Theory]
    [InlineData("v1.18", "seccompProfile", false)]
    [InlineData("v1.19", "seccompProfile", true)]
    [InlineData("v1.99", "seccompProfile", true)]
    [InlineData("v1.7", "allowPrivilegeEscalation", false)]
    [InlineData("v1.21", "unrestricted capabilities", false)]
    public void A_version_has_the_controls_of_its_time(string version, string control, bool has)
    {
        var labels = $$"""{"pod-security.kubernetes.io/enforce":"restricted","pod-security.kubernetes.io/enforce-version":"{{version}}"}""";
        var message = Plugin.Validate(Pod("""{"containers":[{"name":"c"}]}""", labels))!.Message;
        Assert.Contains($"violates PodSecurity \"restricted:{version}\": ", message, StringComparison.Ordinal);
        Assert.Equal(has, message.Contains(control, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("baseline", "latest", """{"hostUsers":false,"containers":[{"name":"a","securityContext":{"procMount":"Unmasked"}}]}""", "")]
    [InlineData("baseline", "v1.34", """{"hostUsers":false,"containers":[{"name":"a","securityContext":{"procMount":"Unmasked"}}]}""",
        "procMount (container \"a\" must not set securityContext.procMount to \"Unmasked\")")]
    [InlineData("baseline", "latest", """{"hostUsers":true,"containers":[{"name":"a","securityContext":{"procMount":"Unmasked"}}]}""",
        "procMount (container \"a\" must not set securityContext.procMount to \"Unmasked\")")]
    [InlineData("restricted", "latest", """
        {"hostUsers":false,"securityContext":{"runAsNonRoot":false,"runAsUser":0,"seccompProfile":{"type":"RuntimeDefault"}},
         "containers":[{"name":"c","securityContext":{"procMount":"Unmasked","allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}}]}
        """, "procMount (container \"c\" must not set securityContext.procMount to \"Unmasked\")")]
    [InlineData("restricted", "v1.34", """
        {"hostUsers":false,"securityContext":{"runAsUser":0,"seccompProfile":{"type":"RuntimeDefault"}},
         "containers":[{"name":"c","securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}}]}
        """, "runAsNonRoot != true (pod or container \"c\" must set securityContext.runAsNonRoot=true), runAsUser=0 (pod must not set runAsUser=0)")]
    [InlineData("restricted", "v1.24", """
        {"os":{"name":"windows"},"securityContext":{"runAsNonRoot":true},"containers":[{"name":"c"}]}
        """, "allowPrivilegeEscalation != false (container \"c\" must set securityContext.allowPrivilegeEscalation=false), "
        + "unrestricted capabilities (container \"c\" must set securityContext.capabilities.drop=[\"ALL\"]), "
        + "seccompProfile (pod or container \"c\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")")]
    [InlineData("restricted", "v1.25", """{"os":{"name":"windows"},"securityContext":{"runAsNonRoot":true},"containers":[{"name":"c"}]}""", "")]
    [InlineData("baseline", "v1.26", """{"containers":[],"securityContext":{"sysctls":[{"name":"net.ipv4.ip_local_reserved_ports"},{"name":"net.ipv4.tcp_wmem"}]}}""",
        "forbidden sysctls (net.ipv4.ip_local_reserved_ports, net.ipv4.tcp_wmem)")]
    [InlineData("baseline", "v1.31", """{"containers":[],"securityContext":{"sysctls":[{"name":"net.ipv4.ip_local_reserved_ports"},{"name":"net.ipv4.tcp_wmem"}]}}""",
        "forbidden sysctls (net.ipv4.tcp_wmem)")]
    [InlineData("baseline", "v1.30", """{"containers":[],"securityContext":{"seLinuxOptions":{"type":"container_engine_t"}}}""",
        "seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type \"container_engine_t\")")]
    [InlineData("baseline", "v1.31", """{"containers":[],"securityContext":{"seLinuxOptions":{"type":"container_engine_t"}}}""", "")]
    [InlineData("baseline", "v1.33", """{"containers":[{"name":"a","lifecycle":{"preStop":{"tcpSocket":{"host":"h","port":1}}}}]}""", "")]
    [InlineData("baseline", "v1.34", """{"containers":[{"name":"a","lifecycle":{"preStop":{"tcpSocket":{"host":"h","port":1}}}}]}""",
        "probe or lifecycle host (container \"a\" uses probe or lifecycle host \"h\")")]
    public void Controls_change_with_the_version(string level, string version, string spec, string violations) => Assert.Equal(
        violations.Length == 0 ? null : $"pods \"x\" is forbidden: violates PodSecurity \"{level}:{version}\": {violations}",
        Plugin.Validate(Pod(spec, $$"""{"pod-security.kubernetes.io/enforce":"{{level}}","pod-security.kubernetes.io/enforce-version":"{{version}}"}"""))?.Message);

    [Fact]
    public void Annotations_stand_in_messages_with_the_quotes_that_they_bring()
    {
        var at = Namespace("""{"pod-security.kubernetes.io/enforce":"baseline"}""");
        const string Document = """
            {"metadata":{"annotations":{"container.apparmor.security.beta.kubernetes.io/b":"bogus","container.apparmor.security.beta.kubernetes.io/a":"localhost/x"}},
             "spec":{"containers":[{"name":"a","securityContext":{"appArmorProfile":{"type":"Unconfined"}}}]}}
            """;
        Assert.Equal(
            "pods \"x\" is forbidden: violates PodSecurity \"baseline:latest\": forbidden AppArmor profiles (container \"a\" and annotation must not set AppArmor profile type to "
            + "\"Unconfined\", \"container.apparmor.security.beta.kubernetes.io/b=\"bogus\"\")",
            Plugin.Validate(AdmissionCase.Attributes("", "pods", "x", Document, null, at))?.Message);
    }

    [Fact]
    public void A_mere_warning_refuses_nothing_and_workloads_are_only_warned_of()
    {
        var pod = Pod("""{"hostPID":true,"containers":[]}""", """{"pod-security.kubernetes.io/warn":"baseline"}""");
        Assert.Null(Plugin.Validate(pod));
        Assert.Equal(["would violate PodSecurity \"baseline:latest\": host namespaces (hostPID=true)"], pod.Warnings);

        var workload = AdmissionCase.Attributes("apps", "deployments", "d", """{"spec":{"template":{"spec":{"hostPID":true,"containers":[]}}}}""", null,
            Namespace("""{"pod-security.kubernetes.io/enforce":"baseline"}"""));
        Assert.Null(Plugin.Validate(workload));
        Assert.Equal(["would violate PodSecurity \"baseline:latest\": host namespaces (hostPID=true)"], workload.Warnings);
    }

    [Fact]
    public void A_pod_that_was_there_before_the_label_can_still_be_changed()
    {
        const string Old = """{"spec":{"hostPID":true,"containers":[{"name":"c","image":"a"}]}}""";
        var at = Namespace("""{"pod-security.kubernetes.io/enforce":"baseline"}""");
        Assert.Null(Plugin.Validate(AdmissionCase.Attributes("", "pods", "x", Old.Replace("hostPID\":true", "hostPID\":true,\"priority\":1", StringComparison.Ordinal), Old, at)));
        Assert.NotNull(Plugin.Validate(AdmissionCase.Attributes("", "pods", "x", Old.Replace("\"a\"", "\"b\"", StringComparison.Ordinal), Old, at)));
    }

    [Theory]
    [InlineData("""{"pod-security.kubernetes.io/enforce":"strict"}""",
        "Namespace \"ns\" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: \"strict\": must be one of privileged, baseline, restricted")]
    [InlineData("""{"pod-security.kubernetes.io/warn-version":"1.2"}""",
        "Namespace \"ns\" is invalid: metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: \"1.2\": must be \"latest\" or \"v1.x\"")]
    [InlineData("""{"pod-security.kubernetes.io/audit":"restricted"}""", null)]
    public void Labels_that_cannot_be_read_are_refused(string labels, string? expected) => Assert.Equal(expected,
        Plugin.Validate(AdmissionCase.Attributes("", "namespaces", "ns", $$$"""{"metadata":{"labels":{{{labels}}}}}""", null, KindCase.At()))?.Message);

    [Fact]
    public void A_namespace_that_becomes_stricter_warns_of_the_pods_that_are_there()
    {
        const string Bad = """{"metadata":{"name":"$NAME"},"spec":{"hostPID":true,"containers":[]}}""";
        var at = KindCase.At(
            (new ObjectKey("", "pods", "ns", "b"), Bad.Replace("$NAME", "b", StringComparison.Ordinal)),
            (new ObjectKey("", "pods", "ns", "a"), Bad.Replace("$NAME", "a", StringComparison.Ordinal)),
            (new ObjectKey("", "pods", "ns", "c"), """{"metadata":{"name":"c"},"spec":{"containers":[{"name":"c","securityContext":{"privileged":true}}]}}"""),
            (new ObjectKey("", "pods", "ns", "good"), """{"spec":{"containers":[]}}"""));
        var attributes = AdmissionCase.Attributes("", "namespaces", "ns", """{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"baseline"}}}""", "{}", at);
        Assert.Null(Plugin.Validate(attributes));
        Assert.Equal(
            [
                "existing pods in namespace \"ns\" violate the new PodSecurity enforce level \"baseline:latest\"",
                "a (and 1 other pod): host namespaces",
                "c: privileged",
            ],
            attributes.Warnings);
    }

    private static IAdmissionPlugin Plugin => AdmissionPlugins.BuiltIn.Single(plugin => plugin.Name == "PodSecurity");

    private static Api.Machinery.Surroundings Namespace(string labels) =>
        KindCase.At((new ObjectKey("", "namespaces", "", "ns"), $$$"""{"metadata":{"name":"ns","labels":{{{labels}}}}}"""));

    private static AdmissionAttributes Pod(string spec, string labels) =>
        AdmissionCase.Attributes("", "pods", "x", $$"""{"metadata":{"name":"x"},"spec":{{spec}}}""", null, Namespace(labels));
}
