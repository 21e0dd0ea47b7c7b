using System.Xml.Linq;

namespace Orchestrator.Architecture.Tests;

public sealed class ReferenceTests
{
    /// <summary>The picture of docs/ARCHITECTURE.md as data: what a project may see of ours. Think twice before adding to it.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Cel"] = [],
        ["Api"] = ["Cel"],
        ["Scheduling"] = ["Api"],
        ["Controllers"] = ["Api"],
        ["Store"] = ["Api"],
        ["Grains.Abstractions"] = ["Api"],
        ["Client"] = ["Api", "Grains.Abstractions"],
        ["AgentProtocol"] = [],
        ["Grains"] = ["AgentProtocol", "Api", "Controllers", "Grains.Abstractions", "Scheduling", "Store"],
        ["Gateway"] = ["AgentProtocol", "Api", "Grains.Abstractions", "Store"],
        ["Agent"] = ["AgentProtocol", "Api"],
        ["Host"] = ["Agent", "AgentProtocol", "Api", "Cel", "Client", "Controllers", "Gateway", "Grains", "Grains.Abstractions", "Scheduling", "Store"],
    };

    /// <summary>Projects whose functions depend on their arguments alone.</summary>
    private static readonly string[] Pure = ["Cel", "Api", "Scheduling", "Controllers"];

    public static TheoryData<string> Projects => [.. Allowed.Keys];

    [Theory, MemberData(nameof(Projects))]
    public void A_project_sees_only_what_the_picture_allows(string project)
    {
        var referenced = Project(project).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value)["Orchestrator.".Length..]);
        Assert.Empty(referenced.Except(Allowed[project]));
    }

    [Theory, MemberData(nameof(Projects))]
    public void A_pure_project_says_so(string project) =>
        Assert.Equal(Pure.Contains(project), Project(project).Descendants("PureCore").Any(element => element.Value == "true"));

    [Fact]
    public void Every_project_is_in_the_picture()
    {
        var found = Directory.GetDirectories(Path.Combine(Repository.Root, "src")).Select(folder => Path.GetFileName(folder)["Orchestrator.".Length..]);
        Assert.Equal(Allowed.Keys.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Only_the_store_and_the_composition_root_see_the_database() =>
        Assert.Equal(
            ["Host", "Store"],
            Allowed.Keys.Where(name => Project(name).Descendants("PackageReference").Any(package => package.Attribute("Include")!.Value == "Npgsql")).Order(StringComparer.Ordinal));

    private static XDocument Project(string name) =>
        XDocument.Load(Path.Combine(Repository.Root, "src", $"Orchestrator.{name}", $"Orchestrator.{name}.csproj"));
}
