using Xunit;
using static Orchestrator.Api.Tests.Kinds.KindCase;

namespace Orchestrator.Api.Tests.Kinds.StatefulSets;

public sealed class StatefulSetStrategyTests
{
    private const string Claims = """ "volumeClaimTemplates":[{"metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}] """;

    [Fact]
    public void Stateful_set_gets_the_defaults_of_a_real_server() => AssertSame(
        Workload.Expected("""
            {"metadata":{"name":"w","uid":"UUID"},"spec":{"persistentVolumeClaimRetentionPolicy":{"whenDeleted":"Retain","whenScaled":"Retain"},
             "podManagementPolicy":"OrderedReady","replicas":2,"revisionHistoryLimit":10,"selector":{"matchLabels":{"app":"web"}},"serviceName":"db",
             "template":{"metadata":{"labels":{"app":"web"}},"spec":$P},"updateStrategy":{"rollingUpdate":{"partition":0},"type":"RollingUpdate"},
             "volumeClaimTemplates":[{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],
              "resources":{"requests":{"storage":"1Gi"}},"volumeMode":"Filesystem"},"status":{"phase":"Pending"}}]},"status":{"availableReplicas":0,"replicas":0}}
            """),
        Created(Strategy("apps", "statefulsets"), Workload.Of($"$S,$T,\"serviceName\":\"db\",\"replicas\":2,{Claims}")));

    [Theory]
    [InlineData("""$S,$T,"podManagementPolicy":"Random" """, "spec.podManagementPolicy: Unsupported value: \"Random\": supported values: \"OrderedReady\", \"Parallel\"")]
    [InlineData("""$S,$T,"updateStrategy":{"type":"Never"} """, "spec.updateStrategy: Invalid value: {\"type\":\"Never\"}: must be 'RollingUpdate' or 'OnDelete'")]
    [InlineData("""$S,"volumeClaimTemplates":[{"metadata":{"name":"data"}}],"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"a","image":"b","volumeMounts":[{"name":"data","mountPath":"/d"}]}]}} """, "")]
    public void Faults_are_named(string spec, string expected) => AssertFaults(expected, Faults(Strategy("apps", "statefulsets"), Workload.Of(spec)));

    [Theory]
    [InlineData("""$S,$T,"replicas":5,"serviceName":"a" """, "")]
    [InlineData("""$S,$T,"serviceName":"b" """, "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden")]
    public void Only_a_few_fields_may_change(string spec, string expected) =>
        AssertFaults(expected, UpdateFaults(Strategy("apps", "statefulsets"), Workload.Of("""$S,$T,"serviceName":"a" """), Workload.Of(spec)));
}
