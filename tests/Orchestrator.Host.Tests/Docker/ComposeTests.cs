using System.Runtime.CompilerServices;
using Orchestrator.Host.Processes;

namespace Orchestrator.Host.Tests.Docker;

/// <summary>No Docker engine runs where these tests do: the compose file is read by docker-compose, and the image's files are made without an image.</summary>
public sealed class ComposeTests
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", ".."));

    [Fact]
    public async Task The_compose_file_is_good()
    {
        if (HostProgram.Find("docker-compose") is not { } compose)
        {
            Assert.Skip("Debian's docker-compose is not installed");
            return;
        }

        var (code, output) = await HostProgram.TryRunAsync(
            "env", ["POSTGRES_PASSWORD=test", compose, "-f", Path.Combine(Root, "docker", "compose.yaml"), "config", "--services"], TestContext.Current.CancellationToken);
        Assert.True(code == 0, output);
        foreach (var service in (string[])["database", "silo-1", "silo-2", "silo-3", "agent"])
        {
            Assert.Contains(service, output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_published_program_runs_by_itself()
    {
        var target = Directory.CreateTempSubdirectory("host-test-").FullName;
        try
        {
            // What the Dockerfile publishes, from what has been built already.
            await HostProgram.RunAsync(
                "dotnet", ["publish", Path.Combine(Root, "src", "Orchestrator.Host"), "-c", "Release", "-o", target, "--no-build", "-v", "quiet", "-nologo", "-nodeReuse:false"],
                TestContext.Current.CancellationToken);
            var (code, output) = await HostProgram.TryRunAsync(Path.Combine(target, "orchestrator"), ["--help"], TestContext.Current.CancellationToken);
            Assert.True(code == 0, output);
            Assert.Contains("server", output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(target, recursive: true);
        }
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
