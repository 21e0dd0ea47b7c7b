using System.Globalization;

namespace Orchestrator.Gateway.Answers;

/// <summary>One media type of an Accept header with its parameters.</summary>
internal sealed record AcceptClause(string MediaType, IReadOnlyDictionary<string, string> Parameters, double Quality)
{
    /// <summary>A parameter, or the empty string.</summary>
    public string this[string name] => Parameters.GetValueOrDefault(name, "");

    /// <summary>The clauses, the most wanted first; equals keep their order.</summary>
    public static IEnumerable<AcceptClause> ParseAll(string accept) => accept
        .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(Parse)
        .OrderByDescending(clause => clause.Quality);

    private static AcceptClause Parse(string text)
    {
        var parts = text.Split(';', StringSplitOptions.TrimEntries);
        var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in parts.AsSpan(1))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                parameters[part[..equals].Trim()] = part[(equals + 1)..].Trim();
            }
        }

        var weighed = double.TryParse(parameters.GetValueOrDefault("q", "1"), NumberStyles.Float, CultureInfo.InvariantCulture, out var quality);
        return new AcceptClause(parts[0].ToLowerInvariant(), parameters, weighed ? quality : 0);
    }
}
