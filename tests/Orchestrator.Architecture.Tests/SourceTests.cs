using System.Text.RegularExpressions;

namespace Orchestrator.Architecture.Tests;

public sealed partial class SourceTests
{
    private const int LongestFile = 500;

    private static readonly string[] EmptySuffixes = ["Manager", "Helper", "Helpers", "Util", "Utils", "Common", "Base", "Impl", "Data", "Info", "Processor"];

    /// <summary>Kubernetes' own words, whatever they end in.</summary>
    private static readonly string[] KubernetesWords = ["RequestInfo", "NodeInfo", "PodInfo", "VersionInfo"];

    private static readonly string[] NamespacesOfNothing = ["Common", "Core", "Shared", "Utils", "Helpers"];

    [Fact]
    public void No_file_is_longer_than_a_person_can_hold() =>
        Assert.Empty(Repository.Files("src", "*.cs").Where(path => File.ReadLines(path).Count() > LongestFile).Select(Repository.Relative));

    [Fact]
    public void No_type_has_a_name_that_says_nothing() =>
        Assert.Empty(
            from path in Repository.Files("src", "*.cs")
            from Match match in TypeDeclaration().Matches(File.ReadAllText(path))
            let name = match.Groups[1].Value
            where !KubernetesWords.Contains(name) && EmptySuffixes.Any(suffix => name.EndsWith(suffix, StringComparison.Ordinal))
            select $"{Repository.Relative(path)}: {name}");

    [Fact]
    public void No_folder_is_a_drawer_for_everything() =>
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src"), "*", SearchOption.AllDirectories)
            .Where(folder => NamespacesOfNothing.Contains(Path.GetFileName(folder)))
            .Select(Repository.Relative));

    [Fact]
    public void Grains_are_internal_and_sealed() =>
        Assert.Empty(typeof(Grains.Hosting.SiloSetup).Assembly.GetTypes()
            .Where(type => typeof(Grain).IsAssignableFrom(type) && !type.IsAbstract && (type.IsPublic || !type.IsSealed))
            .Select(type => type.FullName));

    [Fact]
    public void Nothing_unfinished_is_left_behind() =>
        Assert.Empty(
            from path in Repository.Files("src", "*.cs")
            from line in File.ReadLines(path).Select((text, i) => (text, number: i + 1))
            where Unfinished().IsMatch(line.text)
            select $"{Repository.Relative(path)}:{line.number}");

    [Fact]
    public void A_test_project_is_the_twin_of_a_project()
    {
        string[] alone = ["Architecture", "EndToEnd", "HistoryChecker"];
        var twins = Directory.GetDirectories(Path.Combine(Repository.Root, "tests"), "Orchestrator.*.Tests")
            .Select(folder => Path.GetFileName(folder)["Orchestrator.".Length..^".Tests".Length])
            .Except(alone);
        Assert.DoesNotContain(twins, name => !Directory.Exists(Path.Combine(Repository.Root, "src", "Orchestrator." + name)));
    }

    [GeneratedRegex(@"^\s*(?:public|internal|private|protected)?[\w\s]*\b(?:class|record|struct|interface)\s+(?:struct\s+)?([A-Z]\w*)", RegexOptions.Multiline)]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex(@"NotImplementedException|\bFIXME\b|\bHACK\b")]
    private static partial Regex Unfinished();
}
