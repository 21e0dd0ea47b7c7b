using Orchestrator.Api.Kinds.Pods;
using Orchestrator.Api.Machinery;
using Xunit;
using static Orchestrator.Api.Tests.Kinds.KindCase;

namespace Orchestrator.Api.Tests.Kinds.Pods;

public sealed class PodStrategyTests
{
    private const string C = """{"name":"app","image":"nginx"}""";

    [Fact]
    public void Pod_gets_the_defaults_of_a_real_server() => AssertSame(
        """
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"pod"},
         "spec":{"automountServiceAccountToken":false,"containers":[{"image":"nginx:1.27","imagePullPolicy":"IfNotPresent","name":"app",
          "ports":[{"containerPort":80,"name":"http","protocol":"TCP"}],"resources":{"limits":{"cpu":"500m","memory":"128Mi"},
          "requests":{"cpu":"100m","memory":"64Mi"}},"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File"}],
          "dnsPolicy":"ClusterFirst","enableServiceLinks":true,"restartPolicy":"Always","schedulerName":"default-scheduler","securityContext":{},
          "serviceAccount":"robot","serviceAccountName":"robot","terminationGracePeriodSeconds":30},
         "status":{"phase":"Pending","qosClass":"Burstable"}}
        """,
        Created(Strategy("", "pods"),
        """
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"pod"},"status":{"phase":"Running"},
         "spec":{"containers":[{"name":"app","image":"nginx:1.27","ports":[{"containerPort":80,"name":"http"}],
          "resources":{"requests":{"cpu":"100m","memory":"64Mi"},"limits":{"cpu":"500m","memory":"128Mi"}}}],
          "serviceAccountName":"robot","automountServiceAccountToken":false}}
        """));

    [Theory]
    [InlineData("""{"containers":[{"name":"a","image":"x:1","resources":{"limits":{"cpu":"1"}}}]}""",
        """[{"name":"a","image":"x:1","imagePullPolicy":"IfNotPresent","terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","resources":{"limits":{"cpu":"1"},"requests":{"cpu":"1"}}}]""")]
    [InlineData("""{"hostNetwork":true,"containers":[{"name":"a","image":"x:1","ports":[{"containerPort":8080}]}]}""",
        """[{"name":"a","image":"x:1","imagePullPolicy":"IfNotPresent","terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","resources":{},"ports":[{"containerPort":8080,"hostPort":8080,"protocol":"TCP"}]}]""")]
    [InlineData("""{"containers":[{"name":"a","image":"x:1","readinessProbe":{"httpGet":{"port":80}},"env":[{"name":"N","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}]}]}""",
        """[{"name":"a","image":"x:1","imagePullPolicy":"IfNotPresent","terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","resources":{},"readinessProbe":{"httpGet":{"port":80,"path":"/","scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3},"env":[{"name":"N","valueFrom":{"fieldRef":{"apiVersion":"v1","fieldPath":"metadata.name"}}}]}]""")]
    public void Containers_get_their_defaults(string spec, string containers) =>
        AssertSame(containers, Created(Strategy("", "pods"), $$"""{"metadata":{"name":"p"},"spec":{{spec}}}""")["spec"]!["containers"]);

    [Theory]
    [InlineData("""{"name":"v"}""", """{"name":"v","emptyDir":{}}""")]
    [InlineData("""{"name":"v","configMap":{"name":"c"}}""", """{"name":"v","configMap":{"name":"c","defaultMode":420}}""")]
    [InlineData("""{"name":"v","secret":{"secretName":"s"}}""", """{"name":"v","secret":{"secretName":"s","defaultMode":420}}""")]
    [InlineData("""{"name":"v","hostPath":{"path":"/x"}}""", """{"name":"v","hostPath":{"path":"/x","type":""}}""")]
    [InlineData("""{"name":"v","projected":{"sources":[{"serviceAccountToken":{"path":"token"}}]}}""",
        """{"name":"v","projected":{"defaultMode":420,"sources":[{"serviceAccountToken":{"path":"token","expirationSeconds":3600}}]}}""")]
    [InlineData("""{"name":"v","downwardAPI":{"items":[{"path":"l","fieldRef":{"fieldPath":"metadata.labels"}}]}}""",
        """{"name":"v","downwardAPI":{"defaultMode":420,"items":[{"path":"l","fieldRef":{"apiVersion":"v1","fieldPath":"metadata.labels"}}]}}""")]
    public void Volumes_get_their_defaults(string volume, string expected) =>
        AssertSame(expected, Created(Strategy("", "pods"), Pod($$"""{"containers":[{{C}}],"volumes":[{{volume}}]}"""))["spec"]!["volumes"]![0]);

    [Theory]
    [InlineData("""{"containers":[]}""", "spec.containers: Required value")]
    [InlineData("""{"containers":[{"name":"app"}]}""", "spec.containers[0].image: Required value")]
    [InlineData("""{"containers":[{"name":"Not_Valid","image":"nginx"}]}""", "spec.containers[0].name: Invalid value: \"Not_Valid\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')")]
    [InlineData("""{"containers":[{"name":"app","image":"a"},{"name":"app","image":"b"}]}""", "spec.containers[1].name: Duplicate value: \"app\"")]
    [InlineData("""{"containers":[$C],"restartPolicy":"Sometimes"}""", "spec.restartPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", \"OnFailure\", \"Never\"")]
    [InlineData("""{"containers":[{"name":"app","image":"nginx","resources":{"requests":{"cpu":"2"},"limits":{"cpu":"1"}}}]}""", "spec.containers[0].resources.requests: Invalid value: \"2\": must be less than or equal to cpu limit of 1")]
    [InlineData("""{"containers":[{"name":"app","image":"nginx","resources":{"requests":{"cpu":"-1"}}}]}""", "spec.containers[0].resources.requests[cpu]: Invalid value: \"-1\": must be greater than or equal to 0")]
    [InlineData("""{"containers":[{"name":"app","image":"nginx","ports":[{"containerPort":70000}]}]}""", "spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive")]
    [InlineData("""{"containers":[{"name":"app","image":"nginx","ports":[{"containerPort":80,"hostPort":80},{"containerPort":81,"hostPort":80}]}]}""", "spec.containers[0].ports[1].hostPort: Duplicate value: \"TCP//80\"")]
    [InlineData("""{"containers":[{"name":"app","image":"nginx","volumeMounts":[{"name":"ghost","mountPath":"/x"}]}]}""", "spec.containers[0].volumeMounts[0].name: Not found: \"ghost\"")]
    [InlineData("""{"containers":[$C],"volumes":[{"name":"v","emptyDir":{},"hostPath":{"path":"/x"}}]}""", "spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type")]
    [InlineData("""{"containers":[{"name":"app","image":"nginx","volumeMounts":[{"name":"v","mountPath":"/x"},{"name":"v","mountPath":"/x"}]}],"volumes":[{"name":"v","emptyDir":{}}]}""", "spec.containers[0].volumeMounts[1].mountPath: Invalid value: \"/x\": must be unique")]
    [InlineData("""{"containers":[{"name":"app","image":"nginx","livenessProbe":{"exec":{"command":["a"]},"tcpSocket":{"port":1}}}]}""", "spec.containers[0].livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type")]
    [InlineData("""{"containers":[{"name":"app","image":"nginx","livenessProbe":{}}]}""", "spec.containers[0].livenessProbe: Required value: must specify a handler type")]
    [InlineData("""{"containers":[$C],"tolerations":[{"key":"a","operator":"Maybe"}]}""", "spec.tolerations[0].operator: Unsupported value: \"Maybe\": supported values: \"Equal\", \"Exists\"")]
    [InlineData("""{"containers":[$C],"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"a","operator":"Near","values":["b"]}]}]}}}}""", "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].operator: Invalid value: \"Near\": not a valid selector operator")]
    [InlineData("""{"containers":[$C],"topologySpreadConstraints":[{"maxSkew":0,"topologyKey":"zone","whenUnsatisfiable":"DoNotSchedule"}]}""", "spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero")]
    [InlineData("""{"containers":[{"name":"app","image":"nginx","env":[{"name":"A","value":"x","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}]}]}""", "spec.containers[0].env[0].valueFrom: Invalid value: \"\": may not be specified when `value` is not empty")]
    [InlineData("""{"containers":[{"name":"app","image":"nginx","env":[{"name":"A","valueFrom":{"fieldRef":{"fieldPath":"metadata.nonsense"}}}]}]}""", "spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: \"metadata.nonsense\": error converting fieldPath: field label not supported: metadata.nonsense")]
    [InlineData("""{"containers":[$C],"dnsPolicy":"Magic"}""", "spec.dnsPolicy: Unsupported value: \"Magic\": supported values: \"ClusterFirstWithHostNet\", \"ClusterFirst\", \"Default\", \"None\"")]
    [InlineData("""{"containers":[{"name":"app","image":"nginx","imagePullPolicy":"Often"}]}""", "spec.containers[0].imagePullPolicy: Unsupported value: \"Often\": supported values: \"Always\", \"IfNotPresent\", \"Never\"")]
    [InlineData("""{"containers":[{"name":"app","image":"nginx","restartPolicy":"Always"},{"name":"b","image":"x","restartPolicy":"Bogus"}]}""", "spec.containers[1].restartPolicy: Unsupported value: \"Bogus\": supported values: \"Always\", \"Never\", \"OnFailure\"")]
    [InlineData("""{"containers":[$C],"terminationGracePeriodSeconds":-1}""", "")]
    [InlineData("""{"containers":[{"name":"app"},{"name":"app","image":"x"}],"restartPolicy":"No"}""", "spec.containers[0].image: Required value|spec.containers[1].name: Duplicate value: \"app\"|spec.restartPolicy: Unsupported value: \"No\": supported values: \"Always\", \"OnFailure\", \"Never\"")]
    [InlineData("""{"containers":[$C],"initContainers":[{"name":"i","image":"x","readinessProbe":{"exec":{"command":["a"]}}}]}""", "spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always")]
    [InlineData("""{"containers":[$C],"initContainers":[{"name":"i","image":"x","restartPolicy":"Always","readinessProbe":{"exec":{"command":["a"]}}}]}""", "")]
    [InlineData("""{"containers":[$C],"initContainers":[{"name":"app","image":"x"}]}""", "spec.initContainers[0].name: Duplicate value: \"app\"")]
    [InlineData("""{"containers":[$C],"activeDeadlineSeconds":0}""", "spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive")]
    [InlineData("""{"containers":[$C],"volumes":[{"name":"v","emptyDir":{}},{"name":"v","secret":{}}]}""", "spec.volumes[1].secret.secretName: Required value|spec.volumes[1].name: Duplicate value: \"v\"")]
    [InlineData("""{"containers":[{"name":"app","image":"nginx","securityContext":{"privileged":true,"allowPrivilegeEscalation":false}}]}""", "spec.containers[0].securityContext: Invalid value: {\"privileged\":true,\"allowPrivilegeEscalation\":false}: cannot set `allowPrivilegeEscalation` to false and `privileged` to true")]
    [InlineData("""{"containers":[$C],"tolerations":[{"value":"x"}]}""", "spec.tolerations[0].operator: Invalid value: \"\": operator must be Exists when `key` is empty, which means \"match all values and all keys\"")]
    [InlineData("""{"containers":[{"name":"app","image":"nginx","resources":{"limits":{"bogus":"1"}}}]}""", "spec.containers[0].resources.limits[bogus]: Invalid value: \"bogus\": must be a standard resource type or fully qualified|spec.containers[0].resources.requests[bogus]: Invalid value: \"bogus\": must be a standard resource type or fully qualified")]
    public void Faults_are_all_named_in_the_words_of_a_real_server(string spec, string expected) =>
        AssertFaults(expected, Faults(Strategy("", "pods"), Pod(spec.Replace("$C", C, StringComparison.Ordinal))));

    [Theory]
    [InlineData("""{"containers":[{"name":"app","image":"other"}]}""", "")]
    [InlineData("""{"containers":[$C],"tolerations":[{"key":"k","operator":"Exists"}]}""", "")]
    [InlineData("""{"containers":[$C],"activeDeadlineSeconds":5}""", "")]
    [InlineData("""{"containers":[$C,{"name":"b","image":"x"}]}""", "spec.containers: Forbidden: pod updates may not add or remove containers")]
    [InlineData("""{"containers":[$C],"hostname":"other"}""", "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n- \"hostname\": null,\n+ \"hostname\": \"other\",")]
    public void Only_a_few_fields_may_change(string spec, string expected) => AssertFaults(expected,
        UpdateFaults(Strategy("", "pods"), Pod($$"""{"containers":[{{C}}]}"""), Pod(spec.Replace("$C", C, StringComparison.Ordinal))));

    [Theory]
    [InlineData("""{"spec":{"terminationGracePeriodSeconds":30}}""", null, 0)]
    [InlineData("""{"spec":{"nodeName":"n","terminationGracePeriodSeconds":30}}""", null, 30)]
    [InlineData("""{"spec":{"nodeName":"n","terminationGracePeriodSeconds":30}}""", 5L, 5)]
    [InlineData("""{"spec":{"nodeName":"n","terminationGracePeriodSeconds":-7}}""", null, 1)]
    [InlineData("""{"spec":{"nodeName":"n","terminationGracePeriodSeconds":30},"status":{"phase":"Succeeded"}}""", null, 0)]
    public void Grace_is_for_pods_that_run(string pod, long? asked, long expected) =>
        Assert.Equal(expected, Strategy("", "pods").GracePeriod(Json(pod), new DeleteOptions { GracePeriodSeconds = asked }));

    [Theory]
    [InlineData("""{"containers":[{}]}""", "BestEffort")]
    [InlineData("""{"containers":[{"resources":{"requests":{"cpu":"1"}}}]}""", "Burstable")]
    [InlineData("""{"containers":[{"resources":{"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"1000m","memory":"1024Mi"}}}]}""", "Guaranteed")]
    [InlineData("""{"containers":[{"resources":{"limits":{"cpu":"1","memory":"1Gi"}}},{}]}""", "Burstable")]
    [InlineData("""{"resources":{"limits":{"cpu":"1","memory":"1Gi"}},"containers":[{}]}""", "Guaranteed")]
    public void Class_of_service_follows_requests_and_limits(string spec, string expected) =>
        Assert.Equal(expected, QualityOfService.Of(Json(spec)));

    [Theory]
    [InlineData("nginx", "Always")]
    [InlineData("nginx:latest", "Always")]
    [InlineData("nginx:1.27", "IfNotPresent")]
    [InlineData("registry:5000/nginx", "Always")]
    [InlineData("registry:5000/nginx:1", "IfNotPresent")]
    [InlineData("nginx@sha256:0123", "IfNotPresent")]
    public void Pull_policy_follows_the_tag(string image, string policy) =>
        Assert.Equal(policy, Created(Strategy("", "pods"), Pod($$"""{"containers":[{"name":"a","image":"{{image}}"}]}"""))["spec"]!["containers"]![0]!["imagePullPolicy"]!.GetValue<string>());

    [Theory]
    [InlineData("""[{"name":"look","image":"d"}]""", """[{"name":"look","image":"d"},{"name":"more","image":"d"}]""", "")]
    [InlineData("""[{"name":"look","image":"d"}]""", "[]", "spec.ephemeralContainers: Forbidden: existing ephemeral containers \"look\" may not be removed\n")]
    [InlineData("""[{"name":"look","image":"d"}]""", """[{"name":"look","image":"e"}]""", "spec.ephemeralContainers: Forbidden: existing ephemeral containers \"look\" may not be changed\n")]
    [InlineData("[]", """[{"name":"look","image":"d"},{"name":"look","image":"d"}]""", "spec.ephemeralContainers[1].name: Duplicate value: \"look\"")]
    [InlineData("[]", """[{"name":"look","image":"d","targetContainerName":"none"}]""", "spec.ephemeralContainers[0].targetContainerName: Not found: \"none\"")]
    public void Ephemeral_containers_are_only_added(string old, string now, string faults)
    {
        string With(string list) => Pod($$"""{"containers":[{{C}}],"ephemeralContainers":{{list}}}""");
        AssertFaults(faults, UpdateFaults(Strategy("", "pods"), With(old), With(now), "ephemeralcontainers"));
    }

    [Fact]
    public void A_resize_that_names_a_container_twice_is_a_resize_of_what_it_says_first()
    {
        var old = Pod($$"""{"containers":[{{C}}]}""");
        var obj = Json(Pod($$"""{"containers":[{{C}},{{C}}]}"""));
        Strategy("", "pods").PrepareForUpdate(obj, Json(old), "resize");
        Assert.Single(obj["spec"]!["containers"]!.AsArray());
    }

    private static string Pod(string spec) => $$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"bad-pod"},"spec":{{spec}}}""";
}
