using Orchestrator.Api.Kinds;
using Orchestrator.Api.Selectors;
using Xunit;
using static Orchestrator.Api.Tests.Kinds.KindCase;

namespace Orchestrator.Api.Tests.Kinds.DynamicResources;

public sealed class ResourceSliceStrategyTests
{
    private const string Pool = "\"driver\":\"gpu.example.com\",\"pool\":{\"name\":\"node\",\"generation\":1,\"resourceSliceCount\":1}";
    private static readonly IKindStrategy Slices = Strategy("resource.k8s.io", "resourceslices");

    [Theory]
    [InlineData("{" + Pool + ",\"nodeName\":\"node\"}", "")]
    [InlineData("{" + Pool + "}", "spec: Required value: exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required")]
    [InlineData("{" + Pool + ",\"nodeName\":\"node\",\"allNodes\":true}", "spec: Invalid value: \"{`nodeName`, `allNodes`}\": exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required, but multiple fields are set")]
    [InlineData("{" + Pool + ",\"allNodes\":false}", "spec.allNodes: Invalid value: false: must be either unset or set to true|spec: Required value: exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required")]
    [InlineData("""{"driver":"","pool":{"name":"","generation":-1,"resourceSliceCount":0},"allNodes":true}""",
        "spec.driver: Required value|spec.driver: Invalid value: \"\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')|spec.pool.name: Required value|spec.pool.resourceSliceCount: Invalid value: 0: must be greater than zero|spec.pool.generation: Invalid value: -1: must be greater than or equal to zero")]
    [InlineData("{" + Pool + ",\"allNodes\":true,\"sharedCounters\":[{\"name\":\"gpu\",\"counters\":{\"cores\":{\"value\":\"1\"}}},{\"name\":\"gpu\"}]}",
        "spec.sharedCounters[1].counters: Required value|spec.sharedCounters[1]: Duplicate value: \"gpu\"")]
    public void Slices_are_checked(string spec, string expected) => AssertFaults(expected, Faults(Slices, $$$"""{"metadata":{"name":"s"},"spec":{{{spec}}}}"""));

    [Theory]
    [InlineData("""{"name":"a","attributes":{"model":{"string":"x"},"example.com/version":{"version":"1.2.3-rc.1"}},"capacity":{"memory":{"value":"10Gi"}}}""", "")]
    [InlineData("""{"name":"a","attributes":{"1":{"string":"x"},"/b":{"int":1},"c":{},"d":{"bool":true,"int":1},"e":{"version":"1.2"}}}""",
        "spec.devices[0].attributes: Invalid value: \"1\": a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')|spec.devices[0].attributes: Invalid value: \"\": the domain must not be empty|spec.devices[0].attributes[c]: Invalid value: \"\": exactly one value must be specified|spec.devices[0].attributes[d]: Invalid value: {\"bool\":true,\"int\":1}: exactly one value must be specified|spec.devices[0].attributes[e].version: Invalid value: \"1.2\": must be a string compatible with semver.org spec 2.0.0")]
    [InlineData("""{"name":"a","taints":[{"key":"k","effect":"Never"},{"key":"","effect":"None"}]}""",
        "spec.devices[0].taints[0].effect: Unsupported value: \"Never\": supported values: \"NoExecute\", \"NoSchedule\", \"None\"|spec.devices[0].taints[1].key: Invalid value: \"\": name part must be non-empty|spec.devices[0].taints[1].key: Invalid value: \"\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')")]
    [InlineData("""{"name":"a","nodeName":"n"}""", "spec.devices[0]: Invalid value: null: `nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec")]
    [InlineData("""{"name":"a","bindingConditions":["ok","ok"]}""", "spec.devices[0].bindingConditions[1]: Duplicate value: \"ok\"|spec.devices[0].bindingFailureConditions: Invalid value: null: bindingFailureConditions are required to use bindingConditions")]
    [InlineData("""{"name":"a","capacity":{"memory":{"value":"10Gi","requestPolicy":{"validValues":["1Gi"]}}}}""", "spec.devices[0].capacity[memory].requestPolicy: Forbidden: allowMultipleAllocations must be true")]
    [InlineData("""{"name":"a","allowMultipleAllocations":true,"capacity":{"memory":{"value":"10","requestPolicy":{"default":"3","validValues":["2","1","20"]}}}}""",
        "spec.devices[0].capacity[memory].requestPolicy.validValues[1]: Invalid value: \"1\": values must be sorted in ascending order|spec.devices[0].capacity[memory].requestPolicy.validValues[2]: Invalid value: \"20\": option is larger than capacity value: 10|spec.devices[0].capacity[memory].requestPolicy.validValues: Invalid value: \"3\": default value is not valid according to the requestPolicy")]
    [InlineData("""{"name":"a","allowMultipleAllocations":true,"capacity":{"memory":{"value":"10","requestPolicy":{"default":"3","validRange":{"min":"2","max":"8","step":"2"}}}}}""",
        "spec.devices[0].capacity[memory].requestPolicy.validRange.step: Invalid value: \"3\": value is not a multiple of a given step (2) from (2)")]
    [InlineData("""{"name":"a","consumesCounters":[{"counterSet":"gpu","counters":{}}]}""", "spec.devices[0].consumesCounters[0].counters: Required value")]
    public void Devices_are_checked(string device, string expected) =>
        AssertFaults(expected, Faults(Slices, "{\"metadata\":{\"name\":\"s\"},\"spec\":{" + Pool + ",\"allNodes\":true,\"devices\":[" + device + "]}}"));

    [Theory]
    [InlineData(128, "", "")]
    [InlineData(129, "", "spec.devices: Too many: 129: must have at most 128 items")]
    [InlineData(65, ",\"taints\":[{\"key\":\"k\",\"effect\":\"None\"}]", "spec.devices: Too many: 65: must have at most 64 items")]
    public void Slices_have_a_bound_that_is_lower_with_taints(int count, string rest, string expected) => AssertFaults(expected, Faults(
        Slices,
        "{\"metadata\":{\"name\":\"s\"},\"spec\":{" + Pool + ",\"allNodes\":true,\"devices\":[" + string.Join(',', Enumerable.Range(0, count).Select(i => $"{{\"name\":\"d{i}\"{rest}}}")) + "]}}"));

    [Fact]
    public void Whose_devices_they_are_never_changes() => AssertFaults(
        "spec.pool.name: Invalid value: \"other\": field is immutable|spec.driver: Invalid value: \"net.example.com\": field is immutable|spec.nodeName: Invalid value: \"b\": field is immutable",
        UpdateFaults(Slices, "{\"spec\":{" + Pool + ",\"nodeName\":\"a\"}}",
            """{"spec":{"driver":"net.example.com","pool":{"name":"other","generation":1,"resourceSliceCount":1},"nodeName":"b"}}"""));

    [Fact]
    public void Fields_of_features_that_are_off_are_dropped_unless_they_are_used_already()
    {
        const string Device = """{"name":"a","attributes":{"cores":{"ints":[1,2]}},"nodeAllocatableResourceMappings":{"cpu":{}}}""";
        var slice = Json("{\"spec\":{\"devices\":[" + Device + "]}}");
        Slices.PrepareForCreate(slice, At());
        AssertSame("""{"name":"a","attributes":{"cores":{}}}""", slice["spec"]!["devices"]![0]);
        var (used, old) = (Json("{\"spec\":{\"devices\":[" + Device + "]}}"), Json("{\"spec\":{\"devices\":[" + Device + "]}}"));
        Slices.PrepareForUpdate(used, old, "");
        AssertSame(Device, used["spec"]!["devices"]![0]);
    }

    [Fact]
    public void Slices_are_selected_by_node_and_driver()
    {
        Assert.Equal(["metadata.name", "metadata.namespace", "spec.nodeName", "spec.driver"], SelectableFields.For(Slices.Resource));
        Assert.Equal("field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: spec.pool", SelectableFields.Fault(Slices.Resource, "ResourceSlice", "spec.pool"));
        Assert.Equal("gpu.example.com", SelectableFields.Value(Slices.Resource, System.Text.Encoding.UTF8.GetBytes("{\"spec\":{" + Pool + "}}"), "spec.driver"));
        Assert.Equal(["spec.driver: driver names should be lowercase; \"GPU.example.com\" contains uppercase characters"], Slices.Warnings(Json("""{"spec":{"driver":"GPU.example.com"}}"""), null));
    }
}
