using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Bench;

/// <summary>The figures, on the screen as they come and as JSON at the end.</summary>
internal sealed class Report
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private readonly JsonArray figures = [];

    /// <summary>Adds the latencies of one load: how many and how fast when it is told during what time, and what they cost the cluster.</summary>
    public void Add(string benchmark, string what, IReadOnlyCollection<TimeSpan> latencies, TimeSpan? during = null, Cost? cost = null)
    {
        var sorted = latencies.Order().ToArray();
        var figure = new JsonObject
        {
            ["benchmark"] = benchmark,
            ["what"] = what,
            ["count"] = sorted.Length,
            ["p50Ms"] = Milliseconds(At(sorted, 0.50)),
            ["p99Ms"] = Milliseconds(At(sorted, 0.99)),
        };
        var line = string.Create(CultureInfo.InvariantCulture, $"  {what,-44} p50 {At(sorted, 0.5).TotalMilliseconds,9:F2} ms   p99 {At(sorted, 0.99).TotalMilliseconds,9:F2} ms");
        if (during is { } time)
        {
            var rate = Math.Round(sorted.Length / time.TotalSeconds);
            figure["perSecond"] = rate;
            line += string.Create(CultureInfo.InvariantCulture, $"   {rate,8:F0}/s");
        }

        if (cost is not null)
        {
            figure["cpuSecondsPerThousand"] = Math.Round(cost.CpuSecondsPerThousand, 3);
            figure["serverMegabytes"] = Math.Round(cost.ServerMegabytes);
            line += string.Create(CultureInfo.InvariantCulture, $"   {cost.CpuSecondsPerThousand,7:F3} CPU s/1000   {cost.ServerMegabytes,5:F0} MB");
        }

        figures.Add(figure);
        Console.WriteLine(line + string.Create(CultureInfo.InvariantCulture, $"   (n {sorted.Length})"));
    }

    /// <summary>Adds one number.</summary>
    public void Add(string benchmark, string what, double value, string unit)
    {
        figures.Add(new JsonObject { ["benchmark"] = benchmark, ["what"] = what, ["value"] = Math.Round(value, 3), ["unit"] = unit });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {what,-44} {value,13:F2} {unit}"));
    }

    /// <summary>Adds what each round of a few took.</summary>
    public void AddRounds(string benchmark, string what, IReadOnlyCollection<TimeSpan> rounds)
    {
        var sorted = rounds.Order().ToArray();
        figures.Add(new JsonObject
        {
            ["benchmark"] = benchmark,
            ["what"] = what,
            ["count"] = sorted.Length,
            ["leastMs"] = Milliseconds(sorted[0]),
            ["medianMs"] = Milliseconds(At(sorted, 0.5)),
            ["mostMs"] = Milliseconds(sorted[^1]),
        });
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {what,-58} median {At(sorted, 0.5).TotalSeconds,6:F2} s   {sorted[0].TotalSeconds,6:F2} to {sorted[^1].TotalSeconds,6:F2} s   (n {sorted.Length})"));
    }

    /// <summary>All figures.</summary>
    public string ToJson() => figures.ToJsonString(Indented) + "\n";

    private static TimeSpan At(TimeSpan[] sorted, double share) =>
        sorted.Length == 0 ? TimeSpan.Zero : sorted[Math.Min(sorted.Length - 1, (int)Math.Ceiling(share * sorted.Length) - 1)];

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);
}
