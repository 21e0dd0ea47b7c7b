using Orchestrator.EndToEnd.Tests.Harness;

namespace Orchestrator.EndToEnd.Tests.Conversations;

/// <summary>What people do with kubectl and read in its answers, told in <c>testdata/</c> by subject.</summary>
/// <remarks>Upstream has its expectations in test/cmd/*.sh; those of them that depend on the server are told here anew.</remarks>
public sealed class KubectlScriptTests(NodelessCluster nodeless) : IClassFixture<NodelessCluster>
{
    public static TheoryData<string> Subjects =>
        [.. Directory.GetFiles(Texts, "*.txt").Select(path => Path.GetFileNameWithoutExtension(path)!).Order(StringComparer.Ordinal)];

    private static string Texts => SourceTree.At("tests", "Orchestrator.EndToEnd.Tests", "Conversations", "testdata");

    [Theory, MemberData(nameof(Subjects))]
    public async Task Kubectl_reads_as_upstreams_does(string subject)
    {
        var script = KubectlScript.Parse(await File.ReadAllLinesAsync(Path.Combine(Texts, subject + ".txt"), TestContext.Current.CancellationToken));
        var directory = Directory.CreateTempSubdirectory("orc-kubectl-").FullName;
        try
        {
            await script.RunAsync(await nodeless.Cluster.NamespaceAsync(), directory);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
