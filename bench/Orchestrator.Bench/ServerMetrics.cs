using System.Globalization;
using System.Text;

namespace Orchestrator.Bench;

/// <summary>Reads a server's metrics in Prometheus' text form.</summary>
internal static class ServerMetrics
{
    /// <summary>Asks for them.</summary>
    public static async Task<string> ReadAsync(HttpsConnection connection)
    {
        await connection.SendAsync("GET", "/metrics");
        return Encoding.UTF8.GetString(connection.Body.Span);
    }

    /// <summary>The sum of all series of a metric that have some labels.</summary>
    /// <param name="text">What <see cref="ReadAsync"/> gave.</param>
    /// <param name="name">The metric's name.</param>
    /// <param name="labels">Each as in <c>verb="POST"</c>.</param>
    /// <exception cref="InvalidOperationException">There is no such metric.</exception>
    public static double Sum(string text, string name, params string[] labels)
    {
        var found = text.Split('\n')
            .Where(line => line.StartsWith(name, StringComparison.Ordinal) && line[name.Length] is ' ' or '{' && labels.All(label => line.Contains(label, StringComparison.Ordinal)))
            .Select(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture))
            .ToArray();
        return found.Length > 0 ? found.Sum() : throw new InvalidOperationException($"the server has no metric {name} {string.Join(' ', labels)}");
    }
}
