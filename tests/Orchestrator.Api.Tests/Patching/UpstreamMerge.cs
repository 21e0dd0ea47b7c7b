using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace Orchestrator.Api.Tests.Patching;

/// <summary>Kubernetes' own library for server-side apply, in a program that is built from Debian's packages.</summary>
internal static class UpstreamMerge
{
    private const string Library = "/usr/share/gocode/src/sigs.k8s.io/structured-merge-diff";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Why the library cannot be asked here; null when it can.</summary>
    public static string? Missing => Directory.Exists(Library) && File.Exists("/usr/bin/go")
        ? null
        : "needs Kubernetes' library for server-side apply: apt-get install golang-go golang-k8s-sigs-structured-merge-diff-dev (467 MB)";

    /// <summary>Runs scenarios through the library; the answers in the same order.</summary>
    public static async Task<List<JsonArray>> RunAsync(IEnumerable<JsonObject> scenarios, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("upstream-merge-");
        try
        {
            // Debian has the library where its import path would be without the version that is a part of it.
            var home = directory.CreateSubdirectory("src/sigs.k8s.io/structured-merge-diff");
            Directory.CreateSymbolicLink(Path.Combine(home.FullName, "v4"), Library);
            var program = Path.Combine(directory.FullName, "merge");
            var source = Path.Combine(AppContext.BaseDirectory, "Patching", "upstream", "merge.go");
            await RunAsync(directory, "/usr/bin/go", ["build", "-o", program, source], "", cancellationToken);
            var answers = await RunAsync(directory, program, [], string.Join('\n', scenarios.Select(scenario => scenario.ToJsonString())), cancellationToken);
            return [.. answers.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => (JsonArray)JsonNode.Parse(line)!)];
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task<string> RunAsync(DirectoryInfo directory, string program, string[] arguments, string input, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = directory.FullName,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        };
        start.Environment["GO111MODULE"] = "off";
        start.Environment["GOPATH"] = directory.FullName + ":/usr/share/gocode";
        start.Environment["GOCACHE"] = Path.Combine(directory.FullName, "cache");
        start.Environment["GOFLAGS"] = "";
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
        await process.StandardInput.WriteAsync(input.AsMemory(), limit.Token);
        process.StandardInput.Close();
        await process.WaitForExitAsync(limit.Token);
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await errors}");
    }
}
