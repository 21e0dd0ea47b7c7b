using System.Text.RegularExpressions;

namespace Orchestrator.Architecture.Tests;

public sealed partial class DocumentTests
{
    private const int LongestArchitecture = 400;

    private static readonly string[] FileEndings = [".cs", ".md", ".sql", ".yaml", ".proto", ".json", ".props", ".csproj"];

    private static string Architecture => File.ReadAllText(Path.Combine(Repository.Root, "docs", "ARCHITECTURE.md"));

    public static TheoryData<string> Projects => [.. Directory.GetDirectories(Path.Combine(Repository.Root, "src")).Select(Path.GetFileName).OfType<string>()];

    [Theory, MemberData(nameof(Projects))]
    public void Every_project_has_its_section(string project) => Assert.Contains($"### {project}\n", Architecture, StringComparison.Ordinal);

    [Fact]
    public void Every_path_that_is_named_exists() =>
        Assert.Empty(
            from Match match in Quoted().Matches(Architecture)
            let path = match.Groups[1].Value
            where FileEndings.Any(ending => path.EndsWith(ending, StringComparison.Ordinal)) && path.Contains('/', StringComparison.Ordinal)
            where !path.Contains('*', StringComparison.Ordinal) && !path.Contains('<', StringComparison.Ordinal)
            where !File.Exists(Path.Combine(Repository.Root, path)) && !File.Exists(Path.Combine(Repository.Root, "src", path))
            select path);

    [Fact]
    public void It_stays_short_enough_to_be_read() => Assert.InRange(Architecture.Split('\n').Length, 1, LongestArchitecture);

    [Fact]
    public void Decisions_are_numbered_without_a_gap()
    {
        var numbers = Directory.GetFiles(Path.Combine(Repository.Root, "docs", "adr"), "*.md").Select(path => int.Parse(Path.GetFileName(path)[..4])).Order().ToList();
        Assert.Equal(Enumerable.Range(1, numbers.Count), numbers);
    }

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex Quoted();
}
