using Orchestrator.EndToEnd.Tests.Harness;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>Point 7: the example in C# against the whole.</summary>
public sealed class GrainClientTests(ClusterFixture fixture)
{
    [Fact]
    public async Task The_example_creates_follows_scales_rolls_back_and_deletes()
    {
        var program = SourceTree.At("examples", "GrainClient", "bin", "Release", "net10.0", "GrainClient.dll");
        var ran = await Ran.RunAsync("dotnet", [program, Path.Combine(fixture.Cluster.Directory, "grain-client.json")]);
        Assert.True(ran.Code == 0, ran.Errors + ran.Output);
        Assert.Contains("a default of the server", ran.Output, StringComparison.Ordinal);
        Assert.Contains("refused, because of spec.replicas", ran.Output, StringComparison.Ordinal);
        Assert.EndsWith("deleted\n", ran.Output, StringComparison.Ordinal);
    }
}
