using Xunit;
using static Orchestrator.Api.Tests.Kinds.KindCase;

namespace Orchestrator.Api.Tests.Kinds.Jobs;

public sealed class JobStrategyTests
{
    [Fact]
    public void Job_gets_the_defaults_and_selector_of_a_real_server() => AssertSame(
        Workload.Expected("""
            {"metadata":{"name":"w","uid":"UUID","labels":{"batch.kubernetes.io/controller-uid":"UUID","batch.kubernetes.io/job-name":"w","controller-uid":"UUID","job-name":"w"}},
             "spec":{"backoffLimit":3,"completionMode":"NonIndexed","completions":1,"manualSelector":false,"parallelism":1,"podReplacementPolicy":"TerminatingOrFailed",
              "selector":{"matchLabels":{"batch.kubernetes.io/controller-uid":"UUID"}},"suspend":false,
              "template":{"metadata":{"labels":{"batch.kubernetes.io/controller-uid":"UUID","batch.kubernetes.io/job-name":"w","controller-uid":"UUID","job-name":"w"}},
               "spec":$P}},"status":{}}
            """).Replace("\"restartPolicy\":\"Always\"", "\"restartPolicy\":\"Never\"", StringComparison.Ordinal),
        Created(Strategy("batch", "jobs"), Workload.Of("""$J,"backoffLimit":3""")));

    [Theory]
    [InlineData("""$T""", "spec.template.spec.restartPolicy: Required value: valid values: \"OnFailure\", \"Never\"")]
    [InlineData("""$J,"completions":-1""", "spec.completions: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("""$J,"parallelism":2,"completionMode":"Indexed" """, "spec.completions: Required value: when completion mode is Indexed")]
    [InlineData("""$J,"manualSelector":true""", "spec.selector: Required value")]
    public void Faults_are_named(string spec, string expected) => AssertFaults(expected, Faults(Strategy("batch", "jobs"), Workload.Of(spec)));

    [Theory]
    [InlineData(""" "completions":9""", "spec.completions: Invalid value: 9: field is immutable")]
    [InlineData(""" "completions":1,"parallelism":3,"suspend":true""", "")]
    public void What_the_job_does_stays(string change, string expected)
    {
        var old = Created(Strategy("batch", "jobs"), Workload.Of("$J"));
        var obj = Json(old.ToJsonString());
        foreach (var (field, value) in Json("{" + change + "}"))
        {
            obj["spec"]![field] = value!.DeepClone();
        }

        AssertFaults(expected, UpdateFaults(Strategy("batch", "jobs"), old.ToJsonString(), obj.ToJsonString()));
    }
}
