using Orchestrator.Api.Kinds;
using Xunit;
using static Orchestrator.Api.Tests.Kinds.KindCase;

namespace Orchestrator.Api.Tests.Kinds.DynamicResources;

public sealed class DeviceClassStrategyTests
{
    private static readonly IKindStrategy Classes = Strategy("resource.k8s.io", "deviceclasses");

    [Theory]
    [InlineData("""{"extendedResourceName":"example.com/gpu","selectors":[{"cel":{"expression":"true"}}]}""", "")]
    [InlineData("""{"extendedResourceName":"cpu"}""", "spec.extendedResourceName: Invalid value: \"cpu\": must be a valid extended resource name")]
    [InlineData("""{"extendedResourceName":"node.kubernetes.io/gpu"}""", "spec.extendedResourceName: Invalid value: \"node.kubernetes.io/gpu\": must be a valid extended resource name")]
    [InlineData("""{"selectors":[{}],"config":[{}]}""", "spec.selectors[0].cel: Required value|spec.config[0].opaque: Required value")]
    public void Classes_are_checked(string spec, string expected) => AssertFaults(expected, Faults(Classes, $$$"""{"metadata":{"name":"c"},"spec":{{{spec}}}}"""));

    [Fact]
    public void What_compiled_once_is_not_compiled_again()
    {
        const string Odd = """{"spec":{"selectors":[{"cel":{"expression":"what"}}]}}""";
        Assert.Empty(UpdateFaults(Classes, Odd, Odd));
        Assert.Contains("undeclared reference to 'what'", Assert.Single(UpdateFaults(Classes, """{"spec":{}}""", Odd)), StringComparison.Ordinal);
        Assert.True(Classes.TracksGeneration);
    }
}
