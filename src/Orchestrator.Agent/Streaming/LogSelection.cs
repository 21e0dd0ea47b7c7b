using System.Globalization;
using Orchestrator.AgentProtocol;

namespace Orchestrator.Agent.Streaming;

/// <summary>Which part of a log is wanted.</summary>
internal sealed record LogSelection
{
    /// <summary>Lines from the end; null: all.</summary>
    public long? Tail { get; init; }

    /// <summary>Older lines are left out.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Bytes of the answer; null: no bound.</summary>
    public long? LimitBytes { get; init; }

    /// <summary>Each line begins with its time.</summary>
    public bool Timestamps { get; init; }

    /// <summary>Goes on until the container ends.</summary>
    public bool Follow { get; init; }

    /// <summary>Reads a request.</summary>
    public static LogSelection From(LogStream wanted, DateTimeOffset now) => new()
    {
        Tail = wanted.TailLines < 0 ? null : wanted.TailLines,
        LimitBytes = wanted.LimitBytes > 0 ? wanted.LimitBytes : null,
        Timestamps = wanted.Timestamps,
        Follow = wanted.Follow,
        Since = wanted.SinceSeconds > 0
            ? now.AddSeconds(-Math.Min(wanted.SinceSeconds, (now - DateTimeOffset.UnixEpoch).TotalSeconds))
            : DateTimeOffset.TryParse(wanted.SinceTime, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var since) ? since : null,
    };
}
