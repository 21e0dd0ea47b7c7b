using System.Text.Json.Nodes;
using Orchestrator.Api.Admission;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Tests.Kinds;
using Xunit;
using static Orchestrator.Api.Tests.Kinds.KindCase;

namespace Orchestrator.Api.Tests.Admission;

public sealed class DeviceAccessTests
{
    private const string Admin = """{"metadata":{"name":"c"},"spec":{"devices":{"requests":[{"name":"a","exactly":{}},{"name":"b","exactly":{"adminAccess":true}}]}}}""";
    private const string Allocation = "\"allocation\":{\"devices\":{\"results\":[{\"driver\":\"d\",\"pool\":\"p\",\"device\":\"x\"}]},\"nodeSelector\":{\"nodeSelectorTerms\":[{\"matchFields\":[{\"key\":\"metadata.name\",\"operator\":\"In\",\"values\":[\"n1\"]}]}]}}";
    private static readonly IAdmissionPlugin Plugin = AdmissionPlugins.BuiltIn.Single(plugin => plugin.Name == "DeviceAccess");

    [Theory]
    [InlineData("true", "resourceclaims", false)]
    [InlineData("false", "resourceclaims", true)]
    [InlineData("false", "resourceclaimtemplates", true)]
    public void Devices_for_administration_are_for_namespaces_that_say_so(string label, string resource, bool isRefused)
    {
        var document = resource == "resourceclaims" ? Admin : "{\"metadata\":{\"name\":\"c\"},\"spec\":{\"spec\":" + Json(Admin)["spec"]!.ToJsonString() + "}}";
        var at = At((new ObjectKey("", "namespaces", "", "ns"), $$$$"""{"metadata":{"name":"ns","labels":{"resource.kubernetes.io/admin-access":"{{{{label}}}}"}}}"""));
        var status = Plugin.Validate(AdmissionCase.Attributes("resource.k8s.io", resource, "c", document, null, at));
        Assert.Equal(
            isRefused ? "spec.devices.requests[1].adminAccess: Forbidden: admin access to devices requires the `resource.kubernetes.io/admin-access: true` label on the containing namespace" : null,
            status?.Message.Split("is invalid: ")[1]);
    }

    [Theory]
    // Who allocates must be allowed to bind, who reports must be allowed to be the driver, on every node or on its own.
    [InlineData("{}", "{" + Allocation + "}", "", "status: Forbidden: changing status.allocation or status.reservedFor requires resource=\"resourceclaims/binding\", verb=\"update\" permission: resourceclaims.resource.k8s.io is forbidden: User \"system:serviceaccount:ns:driver\" cannot update resource \"resourceclaims/binding\" in API group \"resource.k8s.io\" at the cluster scope")]
    [InlineData("{}", "{" + Allocation + "}", "update binding", "")]
    [InlineData("{" + Allocation + "}", "{" + Allocation + ",\"devices\":[{\"driver\":\"d\",\"pool\":\"p\",\"device\":\"x\"}]}", "", "status.devices: Forbidden: changing status.devices requires resource=\"resourceclaims/driver\", verb=\"[associated-node:update arbitrary-node:update]\" permission: resourceclaims.resource.k8s.io \"d\" is forbidden: User \"system:serviceaccount:ns:driver\" cannot associated-node:update resource \"resourceclaims/driver\" in API group \"resource.k8s.io\" in the namespace \"ns\"")]
    [InlineData("{" + Allocation + "}", "{" + Allocation + ",\"devices\":[{\"driver\":\"d\",\"pool\":\"p\",\"device\":\"x\"}]}", "associated-node:update driver", "")]
    [InlineData("{" + Allocation + "}", "{" + Allocation + ",\"devices\":[{\"driver\":\"d\",\"pool\":\"p\",\"device\":\"x\"}]}", "arbitrary-node:update driver", "")]
    [InlineData("{" + Allocation + "}", "{" + Allocation + "}", "", "")]
    public void Status_is_for_who_may_say_it(string before, string status, string right, string expected)
    {
        var words = right.Split(' ');
        var rules = right.Length == 0 ? "" : $$"""{"apiGroups":["resource.k8s.io"],"resources":["resourceclaims/{{words[1]}}"],"verbs":["{{words[0]}}"]}""";
        const string Rbac = "rbac.authorization.k8s.io";
        var at = At(
            (new ObjectKey(Rbac, "clusterroles", "", "r"), $$"""{"metadata":{"name":"r"},"rules":[{{rules}}]}"""),
            (new ObjectKey(Rbac, "clusterrolebindings", "", "b"), $$"""{"metadata":{"name":"b"},"roleRef":{"apiGroup":"{{Rbac}}","kind":"ClusterRole","name":"r"},"subjects":[{"kind":"ServiceAccount","namespace":"ns","name":"driver"}]}"""));
        var attributes = AdmissionCase.Attributes("resource.k8s.io", "resourceclaims", "c", $$$"""{"status":{{{status}}}}""", $$$"""{"status":{{{before}}}}""", at, subresource: "status") with
        {
            Options = new WriteOptions
            {
                User = "system:serviceaccount:ns:driver",
                Groups = ["system:authenticated"],
                UserExtra = new Dictionary<string, IReadOnlyList<string>> { ["authentication.kubernetes.io/node-name"] = ["n1"] },
            },
        };
        Assert.Equal(expected, Plugin.Validate(attributes)?.Message.Split("is invalid: ")[1] ?? "");
    }

    [Fact]
    public void A_taint_says_since_when()
    {
        var attributes = AdmissionCase.Attributes("resource.k8s.io", "resourceslices", "s", """{"spec":{"devices":[{"taints":[{"key":"k"}]}]}}""", null, At());
        Assert.Null(Plugin.Admit(attributes));
        Assert.Equal("1970-01-01T00:00:00Z", (string?)attributes.Object!["spec"]!["devices"]![0]!["taints"]![0]!["timeAdded"]);
    }
}
