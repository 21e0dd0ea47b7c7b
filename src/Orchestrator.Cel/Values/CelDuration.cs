using System.Globalization;

namespace Orchestrator.Cel.Values;

/// <summary>A span of time in nanoseconds; as in Go it reaches 292 years.</summary>
/// <remarks>Upstream: common/types/duration.go.</remarks>
public sealed class CelDuration : CelValue
{
    internal const long PerSecond = 1_000_000_000;

    private static readonly (string Name, long Nanoseconds)[] Units =
    [
        ("ns", 1), ("us", 1_000), ("µs", 1_000), ("μs", 1_000), ("ms", 1_000_000), ("s", PerSecond), ("m", 60 * PerSecond), ("h", 3600 * PerSecond),
    ];

    private CelDuration(long nanoseconds) => Nanoseconds = nanoseconds;

    public long Nanoseconds { get; }

    public override CelType Type => CelType.Duration;

    public static CelDuration Of(long nanoseconds) => new(nanoseconds);

    public static CelDuration Of(TimeSpan span) => new(span.Ticks * TimeSpan.NanosecondsPerTick);

    /// <summary>Reads Go's notation, <c>1h30m0.5s</c>; null when the text is none or leaves the range.</summary>
    public static CelDuration? Parse(string text)
    {
        var rest = text.AsSpan();
        var negative = rest.Length > 0 && rest[0] == '-';
        if (rest.Length > 0 && rest[0] is '-' or '+') rest = rest[1..];
        if (rest is "0") return Of(0);
        if (rest.IsEmpty) return null;
        Int128 total = 0;
        while (!rest.IsEmpty)
        {
            if (!ReadStep(ref rest, out var step)) return null;
            total += step;
            if (total > (Int128)long.MaxValue + 1) return null;
        }

        if (negative) total = -total;
        return total > long.MaxValue ? null : Of((long)total);
    }

    public override bool EqualTo(CelValue other) => other is CelDuration duration && duration.Nanoseconds == Nanoseconds;

    /// <summary>Seconds in decimal notation, <c>90.5s</c>.</summary>
    public override string ToString() => ((decimal)Nanoseconds / PerSecond).ToString("0.#########", CultureInfo.InvariantCulture) + "s";

    internal override int Hash() => Nanoseconds.GetHashCode();

    private static bool ReadStep(ref ReadOnlySpan<char> rest, out Int128 nanoseconds)
    {
        nanoseconds = 0;
        Int128 whole = 0;
        Int128 fraction = 0;
        Int128 scale = 1;
        var digits = 0;
        var i = 0;
        for (; i < rest.Length && char.IsAsciiDigit(rest[i]); i++, digits++)
        {
            whole = (whole * 10) + (rest[i] - '0');
            if (whole > (Int128)long.MaxValue + 1) return false;
        }

        if (i < rest.Length && rest[i] == '.')
        {
            for (i++; i < rest.Length && char.IsAsciiDigit(rest[i]); i++, digits++)
            {
                // Digits below 10^-18 hours are below a nanosecond.
                if (scale >= 1_000_000_000_000_000_000) continue;
                fraction = (fraction * 10) + (rest[i] - '0');
                scale *= 10;
            }
        }

        if (digits == 0) return false;
        var end = i;
        while (end < rest.Length && rest[end] != '.' && !char.IsAsciiDigit(rest[end])) end++;
        var name = rest[i..end];
        foreach (var unit in Units)
        {
            if (!name.SequenceEqual(unit.Name)) continue;
            nanoseconds = (whole * unit.Nanoseconds) + (fraction * unit.Nanoseconds / scale);
            rest = rest[end..];
            return true;
        }

        return false;
    }
}
