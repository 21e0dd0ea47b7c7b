using System.Globalization;

namespace Orchestrator.Bench;

/// <summary>What to measure, and how.</summary>
internal sealed record BenchOptions
{
    /// <summary>One benchmark; null: all.</summary>
    public string? Name { get; init; }

    /// <summary>Where the figures go; null: nowhere but to the screen.</summary>
    public string? JsonFile { get; init; }

    /// <summary>What starts the containers: runc or crun.</summary>
    public string Runtime { get; init; } = "runc";

    /// <summary>A kube-apiserver to compare with; null: none.</summary>
    public string? KubeApiServer { get; init; }

    /// <summary>How long one load of the API lasts.</summary>
    public int Seconds { get; init; } = 5;

    /// <summary>Reads the command line; null when it cannot be read.</summary>
    public static BenchOptions? Parse(string[] arguments)
    {
        var options = new BenchOptions();
        for (var index = 0; index < arguments.Length; index++)
        {
            var next = index + 1 < arguments.Length ? arguments[index + 1] : null;
            switch (arguments[index])
            {
                case "--json" when next is not null:
                    (options, index) = (options with { JsonFile = next }, index + 1);
                    break;
                case "--kube-apiserver" when File.Exists(next):
                    (options, index) = (options with { KubeApiServer = next }, index + 1);
                    break;
                case "--runtime" when next is "runc" or "crun":
                    (options, index) = (options with { Runtime = next }, index + 1);
                    break;
                case "--seconds" when int.TryParse(next, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > 0:
                    (options, index) = (options with { Seconds = seconds }, index + 1);
                    break;
                case var name when Benchmarks.All.Any(benchmark => benchmark.Name == name):
                    options = options with { Name = name };
                    break;
                default:
                    return null;
            }
        }

        return options;
    }
}
