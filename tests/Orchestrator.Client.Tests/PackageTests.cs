using System.Diagnostics;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace Orchestrator.Client.Tests;

public sealed class PackageTests
{
    [Fact]
    public async Task The_package_holds_all_that_it_needs_of_ours_and_names_the_rest()
    {
        var folder = Directory.CreateTempSubdirectory("orchestrator-package-");
        try
        {
            var project = Path.Combine(Root(), "src", "Orchestrator.Client", "Orchestrator.Client.csproj");
            var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
            foreach (var argument in (string[])["pack", project, "-c", "Release", "-p:BuildProjectReferences=false", "-o", folder.FullName, "-nologo", "-nodeReuse:false"])
            {
                start.ArgumentList.Add(argument);
            }

            using var pack = Process.Start(start)!;
            var said = await pack.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await pack.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(pack.ExitCode == 0, said);

            using var package = ZipFile.OpenRead(Assert.Single(Directory.GetFiles(folder.FullName, "Orchestrator.Client.*.nupkg")));
            string[] expected = ["Orchestrator.Api.dll", "Orchestrator.Cel.dll", "Orchestrator.Client.dll", "Orchestrator.Grains.Abstractions.dll"];
            Assert.Equal(expected, package.Entries.Where(entry => entry.Name.EndsWith(".dll", StringComparison.Ordinal)).Select(entry => entry.Name).Order());
            using var nuspec = package.GetEntry("Orchestrator.Client.nuspec")!.Open();
            var document = await XDocument.LoadAsync(nuspec, LoadOptions.None, TestContext.Current.CancellationToken);
            var needed = document.Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => element.Attribute("id")!.Value).Order();
            Assert.Equal(["KubernetesClient", "Microsoft.Orleans.Client", "Microsoft.Orleans.Sdk", "YamlDotNet"], needed);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Root([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", ".."));
}
