using System.Globalization;
using System.Text;

namespace Orchestrator.Bench;

/// <summary>Reads the server's metrics in Prometheus' text form.</summary>
internal static class ServerMetrics
{
    /// <summary>The sum of all series of metrics whose name begins so.</summary>
    /// <exception cref="InvalidOperationException">There is no such metric.</exception>
    public static double Sum(ReadOnlySpan<byte> text, string name)
    {
        var found = Encoding.UTF8.GetString(text).Split('\n')
            .Where(line => line.StartsWith(name, StringComparison.Ordinal))
            .Select(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture))
            .ToArray();
        return found.Length > 0 ? found.Sum() : throw new InvalidOperationException($"the server has no metric {name}");
    }
}
