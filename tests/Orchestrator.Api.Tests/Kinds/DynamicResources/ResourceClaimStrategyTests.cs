using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds;
using Xunit;
using static Orchestrator.Api.Tests.Kinds.KindCase;

namespace Orchestrator.Api.Tests.Kinds.DynamicResources;

public sealed class ResourceClaimStrategyTests
{
    private const string Label = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
    private const string NotARequest = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";
    private const string Gpu = """{"name":"gpu","exactly":{"deviceClassName":"gpu"}}""";
    private static readonly IKindStrategy Claims = Strategy("resource.k8s.io", "resourceclaims");

    [Fact]
    public void Requests_are_for_one_device_unless_they_say_otherwise()
    {
        const string asked = """[{"name":"a","exactly":{"deviceClassName":"x"}},{"name":"b","exactly":{"deviceClassName":"x","allocationMode":"All"}},{"name":"c","firstAvailable":[{"name":"d","deviceClassName":"x","count":2}]}]""";
        const string expected = """[{"name":"a","exactly":{"deviceClassName":"x","allocationMode":"ExactCount","count":1}},{"name":"b","exactly":{"deviceClassName":"x","allocationMode":"All"}},{"name":"c","firstAvailable":[{"name":"d","deviceClassName":"x","count":2,"allocationMode":"ExactCount"}]}]""";
        var claim = Created(Claims, Claim(asked, ",\"status\":{\"allocation\":{}}"));
        AssertSame(expected, claim["spec"]!["devices"]!["requests"]);
        AssertSame("{}", claim["status"]);
        var template = Created(Strategy("resource.k8s.io", "resourceclaimtemplates"), """{"metadata":{"name":"t"},"spec":{"spec":{"devices":{"requests":""" + asked + "}}}}");
        AssertSame(expected, template["spec"]!["spec"]!["devices"]!["requests"]);
    }

    [Theory]
    [InlineData("""[{"name":"a"}]""", "spec.devices.requests[0]: Required value: exactly one of `exactly` or `firstAvailable` is required")]
    [InlineData("""[{"name":"a","exactly":{"deviceClassName":"x"},"firstAvailable":[{"name":"b","deviceClassName":"x"}]}]""", "spec.devices.requests[0]: Invalid value: null: exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set")]
    [InlineData("""[{"name":"a","exactly":{}}]""", "spec.devices.requests[0].exactly.deviceClassName: Required value")]
    [InlineData("""[{"name":"a","exactly":{"deviceClassName":"x","allocationMode":"Some"}}]""", "spec.devices.requests[0].exactly.allocationMode: Unsupported value: \"Some\": supported values: \"All\", \"ExactCount\"")]
    [InlineData("""[{"name":"a","exactly":{"deviceClassName":"x","allocationMode":"All","count":2}}]""", "spec.devices.requests[0].exactly.count: Invalid value: 2: must not be specified when allocationMode is 'All'")]
    [InlineData("""[{"name":"a","exactly":{"deviceClassName":"x","count":-1}}]""", "spec.devices.requests[0].exactly.count: Invalid value: -1: must be greater than zero")]
    [InlineData("""[{"name":"A","exactly":{"deviceClassName":"x"}}]""", "spec.devices.requests[0].name: Invalid value: \"A\": " + Label)]
    [InlineData("[" + Gpu + "," + Gpu + "]", "spec.devices.requests[1]: Duplicate value: \"gpu\"")]
    [InlineData("""[{"name":"a","exactly":{"deviceClassName":"x","tolerations":[{"key":"k","operator":"Exists","value":"v"},{"effect":"Never"}]}}]""",
        "spec.devices.requests[0].exactly.tolerations[0].value: Invalid value: \"v\": must be empty for operator `Exists`|spec.devices.requests[0].exactly.tolerations[1].operator: Required value|spec.devices.requests[0].exactly.tolerations[1].effect: Unsupported value: \"Never\": supported values: \"NoExecute\", \"NoSchedule\", \"None\"")]
    public void Requests_are_checked(string requests, string expected) => AssertFaults(expected, Faults(Claims, Claim(requests)));

    [Theory]
    [InlineData("""{"requests":["gpu"],"matchAttribute":"example.com/numa"}""", "")]
    [InlineData("""{"requests":["net","gpu/a/b"],"matchAttribute":"numa"}""",
        $"spec.devices.constraints[0].requests[0]: Invalid value: \"net\": {NotARequest}|spec.devices.constraints[0].requests[1]: Invalid value: \"gpu/a/b\": {NotARequest}|spec.devices.constraints[0].matchAttribute: Invalid value: \"numa\": a fully qualified name must be a domain and a name separated by a slash")]
    [InlineData("{}", "spec.devices.constraints[0]: Required value: exactly one of \"matchAttribute\" or \"distinctAttribute\" is required, but multiple fields are set")]
    public void Constraints_are_checked(string constraint, string expected) => AssertFaults(expected, Faults(Claims, Claim("[" + Gpu + "]", devices: $",\"constraints\":[{constraint}]")));

    [Theory]
    [InlineData("""{"opaque":{"driver":"gpu.example.com","parameters":{"a":1}}}""", "")]
    [InlineData("{}", "spec.devices.config[0].opaque: Required value")]
    [InlineData("""{"opaque":{"driver":"gpu.example.com","parameters":[1]}}""", "spec.devices.config[0].opaque.parameters: Invalid value: \"<value omitted>\": must be a valid JSON object")]
    [InlineData("""{"opaque":{"driver":"gpu.example.com"}}""", "spec.devices.config[0].opaque.parameters: Required value")]
    public void Configurations_are_checked(string configuration, string expected) => AssertFaults(expected, Faults(Claims, Claim("[" + Gpu + "]", devices: $",\"config\":[{configuration}]")));

    [Theory]
    [InlineData("device.driver == 'gpu.example.com'", "")]
    [InlineData("device.attributes['gpu.example.com'].healthy", "")]
    [InlineData("cel.bind(gpu, device.attributes['gpu.example.com'], gpu.model.startsWith('A') && gpu.cores > 3)", "")]
    [InlineData("device.capacity['gpu.example.com'].memory.compareTo(quantity('10Gi')) >= 0 && device.allowMultipleAllocations", "")]
    [InlineData("device.driver", "Invalid value: \"device.driver\": must evaluate to bool or the unknown type, not string")]
    [InlineData("device.cores > 1", "Invalid value: \"device.cores > 1\": compilation failed: ERROR: <input>:1:7: undefined field 'cores'\n | device.cores > 1\n | ......^")]
    [InlineData("device.attributes.all(a, device.attributes.all(b, device.attributes.all(c, device.attributes.all(d, a + b + c + d == 'x'))))", "Forbidden: too complex, exceeds cost limit")]
    public void Selectors_are_compiled(string expression, string expected)
    {
        var request = new JsonObject
        {
            ["name"] = "gpu",
            ["exactly"] = new JsonObject { ["deviceClassName"] = "gpu", ["selectors"] = new JsonArray(new JsonObject { ["cel"] = new JsonObject { ["expression"] = expression } }) },
        };
        Assert.Equal(
            expected.Length == 0 ? [] : ["spec.devices.requests[0].exactly.selectors[0].cel.expression: " + expected],
            Faults(Claims, Claim(new JsonArray(request).ToJsonString())));
    }

    [Fact]
    public void Lists_have_bounds_beyond_which_nothing_in_them_is_looked_at() => AssertFaults(
        "spec.devices.requests: Too many: 33: must have at most 32 items", Faults(Claims, Claim("[" + string.Join(',', Enumerable.Repeat("{}", 33)) + "]")));

    [Fact]
    public void Its_spec_never_changes()
    {
        var changed = UpdateFaults(Claims, Claim("[" + Gpu + "]"), Claim("[]"));
        Assert.Equal("spec: Invalid value: {\"devices\":{\"requests\":[]}}: field is immutable", Assert.Single(changed));
        Assert.Empty(UpdateFaults(Claims, Claim("[" + Gpu + "]"), Claim("[" + Gpu + "]")));
    }

    [Theory]
    [InlineData("{}", """{"reservedFor":[{"resource":"pods","name":"p","uid":"u"}]}""", "status.reservedFor: Forbidden: may not be specified when `allocated` is not set")]
    [InlineData("{}", """{"allocation":{"devices":{"results":[{"request":"gpu","driver":"gpu.example.com","pool":"node","device":"gpu-0"}]}},"reservedFor":[{"resource":"pods","name":"p","uid":"u"},{"uid":"u"}]}""",
        "status.reservedFor[1].resource: Required value|status.reservedFor[1].name: Required value|status.reservedFor[1]: Duplicate value: \"u\"")]
    [InlineData("{}", """{"allocation":{"devices":{"results":[{"request":"net","driver":"gpu.example.com","pool":"","device":"gpu-0","shareID":"x"}],"config":[{"source":"FromNowhere","opaque":{"driver":"d","parameters":{}}}]}}}""",
        $"status.allocation.devices.results[0].request: Invalid value: \"net\": {NotARequest}|status.allocation.devices.results[0].pool: Required value|status.allocation.devices.results[0].shareID: Invalid value: \"x\": error validating uid: invalid UUID length: 1|status.allocation.devices.config[0].source: Unsupported value: \"FromNowhere\": supported values: \"FromClaim\", \"FromClass\"")]
    [InlineData("""{"allocation":{"devices":{}}}""", """{"allocation":{"devices":{"results":[]}}}""", "status.allocation: Invalid value: {\"devices\":{\"results\":[]}}: field is immutable")]
    [InlineData("{}", """{"devices":[{"driver":"gpu.example.com","pool":"node","device":"gpu-0","conditions":[{"type":"Ready"}],"networkData":{"ips":["10.0.0.1"]}}]}""",
        "status.devices[0]: Invalid value: gpu.example.com/node/gpu-0: must be an allocated device in the claim|status.devices[0].conditions[0].status: Unsupported value: \"\": supported values: \"False\", \"True\", \"Unknown\"|status.devices[0].conditions[0].lastTransitionTime: Required value: must be set|status.devices[0].conditions[0].reason: Required value: must be set|status.devices[0].networkData.ips[0]: Invalid value: \"10.0.0.1\": must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)")]
    public void Status_is_checked(string before, string status, string expected) => AssertFaults(
        expected, UpdateFaults(Claims, Claim("[" + Gpu + "]", $",\"status\":{before}"), Claim("[]", $",\"status\":{status}"), "status"));

    [Fact]
    public void What_drivers_said_of_devices_goes_with_the_devices()
    {
        const string allocated = """{"allocation":{"devices":{"results":[{"driver":"d","pool":"p","device":"a"}]}},"devices":[{"driver":"d","pool":"p","device":"a"}]}""";
        var old = Json(Claim("[" + Gpu + "]", $",\"status\":{allocated}"));
        var claim = Json(Claim("[]", ",\"status\":{\"devices\":[{\"driver\":\"d\",\"pool\":\"p\",\"device\":\"a\"}]}"));
        Claims.PrepareForUpdate(claim, old, "status");
        AssertSame("{}", claim["status"]);
        AssertSame(old["spec"]!.ToJsonString(), claim["spec"]);
    }

    private static string Claim(string requests, string rest = "", string devices = "") =>
        "{\"metadata\":{\"name\":\"c\"},\"spec\":{\"devices\":{\"requests\":" + requests + devices + "}}" + rest + "}";
}
