using System.Globalization;

namespace Orchestrator.Cel.Values;

/// <summary>A point in time between the years 1 and 9999, exact to the nanosecond.</summary>
/// <remarks>Upstream: common/types/timestamp.go. The offset it was written with is kept, for <c>string()</c> prints it; order and equality ignore it.</remarks>
public sealed class CelTimestamp : CelValue
{
    /// <summary>0001-01-01T00:00:00Z in Unix seconds.</summary>
    public const long FirstSecond = -62135596800;

    /// <summary>9999-12-31T23:59:59Z in Unix seconds.</summary>
    public const long LastSecond = 253402300799;

    private CelTimestamp(long seconds, int nanoseconds, int offsetSeconds)
    {
        Seconds = seconds;
        Nanoseconds = nanoseconds;
        OffsetSeconds = offsetSeconds;
    }

    /// <summary>Seconds since 1970-01-01T00:00:00Z.</summary>
    public long Seconds { get; }

    /// <summary>Nanoseconds within the second, 0 to 999,999,999.</summary>
    public int Nanoseconds { get; }

    /// <summary>The offset from UTC that the text it came from carried.</summary>
    internal int OffsetSeconds { get; }

    public override CelType Type => CelType.Timestamp;

    /// <summary>The timestamp, or an overflow error outside of the years 1 to 9999.</summary>
    public static CelValue Of(long seconds, int nanoseconds, int offsetSeconds = 0) =>
        seconds is < FirstSecond or > LastSecond ? CelError.TimestampOverflow : new CelTimestamp(seconds, nanoseconds, offsetSeconds);

    public static CelTimestamp Of(DateTimeOffset time) =>
        new(time.ToUnixTimeSeconds(), (int)((time.UtcTicks % TimeSpan.TicksPerSecond) * TimeSpan.NanosecondsPerTick), (int)time.Offset.TotalSeconds);

    /// <summary>Reads RFC 3339, as Go's time.Parse does; null when the text is none.</summary>
    public static CelValue? Parse(string text)
    {
        const int DateAndTime = 19;
        if (text.Length <= DateAndTime || text[10] != 'T') return null;
        if (!DateTime.TryParseExact(text.AsSpan(0, DateAndTime), "yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)) return null;
        var position = DateAndTime;
        var nanoseconds = 0;
        if (text[position] is '.' or ',')
        {
            var first = ++position;
            for (var scale = 100_000_000; position < text.Length && char.IsAsciiDigit(text[position]); position++, scale /= 10) nanoseconds += (text[position] - '0') * scale;
            if (position == first) return null;
        }

        if (ParseOffset(text.AsSpan(position)) is not { } offset) return null;
        var seconds = (local.Ticks / TimeSpan.TicksPerSecond) + FirstSecond - offset;
        return Of(seconds, nanoseconds, offset);
    }

    public CelValue Plus(CelDuration duration) => Moved(duration.Nanoseconds);

    public CelValue Minus(CelDuration duration) => duration.Nanoseconds == long.MinValue ? CelError.TimestampOverflow : Moved(-duration.Nanoseconds);

    /// <summary>The time from the other timestamp to this one; an error beyond 292 years.</summary>
    public CelValue Minus(CelTimestamp other)
    {
        var difference = (((Int128)Seconds - other.Seconds) * CelDuration.PerSecond) + Nanoseconds - other.Nanoseconds;
        return difference < long.MinValue || difference > long.MaxValue ? CelError.DurationOverflow : CelDuration.Of((long)difference);
    }

    public int CompareTo(CelTimestamp other) => Seconds != other.Seconds ? (Seconds < other.Seconds ? -1 : 1) : Nanoseconds.CompareTo(other.Nanoseconds);

    /// <summary>The calendar date and time at an offset from UTC.</summary>
    public DateTime At(TimeSpan offset)
    {
        var ticks = ((Seconds - FirstSecond) * TimeSpan.TicksPerSecond) + (Nanoseconds / TimeSpan.NanosecondsPerTick) + offset.Ticks;
        return new DateTime(Math.Clamp(ticks, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks));
    }

    public override bool EqualTo(CelValue other) => other is CelTimestamp time && time.Seconds == Seconds && time.Nanoseconds == Nanoseconds;

    public override string ToString()
    {
        var fraction = Nanoseconds == 0 ? string.Empty : "." + Nanoseconds.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0');
        var offset = OffsetSeconds == 0 ? "Z" : (OffsetSeconds < 0 ? "-" : "+") + TimeSpan.FromSeconds(Math.Abs(OffsetSeconds)).ToString(@"hh\:mm", CultureInfo.InvariantCulture);
        return At(TimeSpan.FromSeconds(OffsetSeconds)).ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture) + fraction + offset;
    }

    internal override int Hash() => HashCode.Combine(Seconds, Nanoseconds);

    private static int? ParseOffset(ReadOnlySpan<char> text)
    {
        if (text is "Z") return 0;
        if (text.Length != 6 || text[0] is not ('+' or '-') || text[3] != ':') return null;
        if (!int.TryParse(text[1..3], NumberStyles.None, CultureInfo.InvariantCulture, out var hours) || hours > 24) return null;
        if (!int.TryParse(text[4..6], NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) || minutes > 60) return null;
        return ((hours * 3600) + (minutes * 60)) * (text[0] == '-' ? -1 : 1);
    }

    private CelValue Moved(long nanoseconds)
    {
        var (seconds, rest) = Math.DivRem(nanoseconds, CelDuration.PerSecond);
        var total = Nanoseconds + rest;
        if (total < 0) (total, seconds) = (total + CelDuration.PerSecond, seconds - 1);
        if (total >= CelDuration.PerSecond) (total, seconds) = (total - CelDuration.PerSecond, seconds + 1);
        return Of(Seconds + seconds, (int)total, OffsetSeconds);
    }
}
