using System.Globalization;
using Orchestrator.AgentProtocol;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Requests;

namespace Orchestrator.Gateway.Subresources;

/// <summary>The parameters of a request for a log.</summary>
/// <remarks>Upstream: PodLogOptions and ValidatePodLogOptions.</remarks>
internal sealed record LogOptions
{
    /// <summary>The container; empty: the only one.</summary>
    public string Container { get; init; } = "";

    /// <summary>What the agent is asked for.</summary>
    public required LogStream Stream { get; init; }

    /// <summary>Reads the parameters. A parameter that is given twice counts with its first value, as upstream.</summary>
    /// <param name="query">A parameter's value; null when it is absent or empty.</param>
    /// <param name="pod">The pod's name: it stands in messages.</param>
    public static (LogOptions? Options, ApiStatus? Fault) Read(Func<string, string?> query, string pod)
    {
        var numbers = new Dictionary<string, long>();
        foreach (var name in (string[])["sinceSeconds", "tailLines", "limitBytes"])
        {
            if (query(name) is { } text)
            {
                if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
                {
                    return (null, Statuses.BadRequest($"strconv.ParseInt: parsing {GoText.Quote(text)}: invalid syntax"));
                }

                numbers[name] = number;
            }
        }

        var sinceTime = query("sinceTime");
        if (sinceTime is not null && !DateTimeOffset.TryParse(sinceTime, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _))
        {
            return (null, Statuses.BadRequest($"parsing time {GoText.Quote(sinceTime)} as \"2006-01-02T15:04:05Z07:00\": cannot parse {GoText.Quote(sinceTime)} as \"2006\""));
        }

        var errors = Errors(numbers, sinceTime).ToList();
        return errors.Count > 0 ? (null, Statuses.Invalid("", "PodLogOptions", pod, errors)) : (Build(query, numbers, sinceTime), null);
    }

    private static LogOptions Build(Func<string, string?> query, Dictionary<string, long> numbers, string? sinceTime) => new()
    {
        Container = query("container") ?? "",
        Stream = new LogStream
        {
            Follow = query("follow") is { } follow && QueryValues.IsTrue(follow),
            Previous = query("previous") is { } previous && QueryValues.IsTrue(previous),
            Timestamps = query("timestamps") is { } timestamps && QueryValues.IsTrue(timestamps),
            TailLines = numbers.GetValueOrDefault("tailLines", -1),
            LimitBytes = numbers.GetValueOrDefault("limitBytes"),
            SinceSeconds = numbers.GetValueOrDefault("sinceSeconds"),
            SinceTime = sinceTime ?? "",
        },
    };

    private static IEnumerable<FieldError> Errors(Dictionary<string, long> numbers, string? sinceTime)
    {
        if (numbers.TryGetValue("tailLines", out var lines) && lines < 0)
        {
            yield return FieldError.Invalid("tailLines", lines, "must be greater than or equal to 0");
        }

        if (numbers.TryGetValue("limitBytes", out var bytes) && bytes < 1)
        {
            yield return FieldError.Invalid("limitBytes", bytes, "must be greater than 0");
        }

        if (numbers.TryGetValue("sinceSeconds", out var seconds))
        {
            if (sinceTime is not null)
            {
                yield return FieldError.Forbidden("", "at most one of `sinceTime` or `sinceSeconds` may be specified");
            }
            else if (seconds < 1)
            {
                yield return FieldError.Invalid("sinceSeconds", seconds, "must be greater than 0");
            }
        }
    }
}
