using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Registry;
using Orchestrator.Controllers.AdmissionPolicies;
using Orchestrator.Controllers.Plans;
using Orchestrator.Controllers.Tests.Harness;
using Xunit;

namespace Orchestrator.Controllers.Tests.AdmissionPolicies;

public sealed class ValidatingPolicyStatusTests
{
    private static readonly ObjectKey Policy = new("admissionregistration.k8s.io", "validatingadmissionpolicies", "", "p");
    private readonly FakeCluster _cluster = new();
    private readonly ValidatingPolicyStatus _reconciler = new(() => KindRegistry.BuiltIn);

    [Theory]
    [InlineData("object.spec.replicas > 1", "{}")]
    [InlineData("object.spec.replcas > 1", """
        {"expressionWarnings":[{"fieldRef":"spec.validations[0].expression",
          "warning":"apps/v1, Kind=Deployment: ERROR: <input>:1:12: undefined field 'replcas'\n | object.spec.replcas > 1\n | ...........^\n"}]}
        """)]
    public void A_policy_says_once_what_its_schemas_have_against_it(string expression, string checking)
    {
        Put(expression);
        var apply = Assert.IsType<PlannedWrite.Apply>(Assert.Single(_reconciler.Reconcile(Policy, _cluster, _cluster.Now).Writes));
        var status = apply.Configuration["status"]!;
        Assert.Equal(("status", "validatingadmissionpolicy-status", 2L), (apply.Subresource, apply.FieldManager, (long)status["observedGeneration"]!));
        Assert.Equal(JsonNode.Parse(checking)!.ToJsonString(), status["typeChecking"]!.ToJsonString());
        _cluster.Change(Policy, document => document["status"] = status.DeepClone());
        Assert.Empty(_reconciler.Reconcile(Policy, _cluster, _cluster.Now).Writes);
    }

    [Fact]
    public void A_policy_that_is_gone_needs_no_status() => Assert.Empty(_reconciler.Reconcile(Policy, _cluster, _cluster.Now).Writes);

    private void Put(string expression) => _cluster.Put(Policy.GroupResource, (JsonObject)JsonNode.Parse($$$"""
        {"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingAdmissionPolicy","metadata":{"name":"p","generation":2},"status":{"observedGeneration":1},
         "spec":{"matchConstraints":{"resourceRules":[{"apiGroups":["apps"],"apiVersions":["v1"],"operations":["*"],"resources":["deployments"]}]},
          "validations":[{"expression":"{{{expression}}}"}]}}
        """)!);
}
