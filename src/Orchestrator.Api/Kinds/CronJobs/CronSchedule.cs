using System.Globalization;

namespace Orchestrator.Api.Kinds.CronJobs;

/// <summary>A schedule in cron's five fields, or a word such as <c>@hourly</c>: when it fires next.</summary>
/// <remarks>Upstream: robfig/cron's standard parser, with its sentences. Each field is a set of bits, one for each value.</remarks>
public sealed class CronSchedule
{
    /// <summary>How far ahead a next time is looked for: a schedule like 30 February never fires.</summary>
    private const int HorizonYears = 5;

    private static readonly (string Name, int Min, int Max, string[] Names)[] Fields =
    [
        ("minute", 0, 59, []),
        ("hour", 0, 23, []),
        ("day of month", 1, 31, []),
        ("month", 1, 12, ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
        ("day of week", 0, 6, ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
    ];

    private static readonly Dictionary<string, string> Words = new(StringComparer.Ordinal)
    {
        ["@yearly"] = "0 0 1 1 *",
        ["@annually"] = "0 0 1 1 *",
        ["@monthly"] = "0 0 1 * *",
        ["@weekly"] = "0 0 * * 0",
        ["@daily"] = "0 0 * * *",
        ["@midnight"] = "0 0 * * *",
        ["@hourly"] = "0 * * * *",
    };

    private readonly ulong[] bits;
    private readonly bool[] starred;
    private readonly TimeSpan? period;

    private CronSchedule(ulong[] bits, bool[] starred, TimeSpan? period)
    {
        this.bits = bits;
        this.starred = starred;
        this.period = period;
    }

    /// <summary>Reads a schedule; returns what is wrong with it, or null.</summary>
    public static string? Parse(string text, out CronSchedule? schedule)
    {
        schedule = null;
        if (text.Length == 0)
        {
            return "empty spec string";
        }

        if (text[0] == '@')
        {
            return ParseWord(text, out schedule);
        }

        var parts = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != Fields.Length)
        {
            return $"expected exactly 5 fields, found {parts.Length}: [{string.Join(' ', parts)}]";
        }

        var bits = new ulong[Fields.Length];
        var starred = new bool[Fields.Length];
        for (var i = 0; i < Fields.Length; i++)
        {
            foreach (var part in parts[i].Split(','))
            {
                if (ParsePart(part, Fields[i], ref bits[i], ref starred[i]) is { } fault)
                {
                    return fault;
                }
            }
        }

        schedule = new CronSchedule(bits, starred, null);
        return null;
    }

    /// <summary>The first time after <paramref name="after"/> at which the schedule fires, in the same offset; null if it never does.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        if (period is { } every)
        {
            // Upstream rounds to the second and adds the period.
            return new DateTimeOffset(after.Ticks - (after.Ticks % TimeSpan.TicksPerSecond), after.Offset) + every;
        }

        var time = new DateTimeOffset(after.Year, after.Month, after.Day, after.Hour, after.Minute, 0, after.Offset).AddMinutes(1);
        var horizon = after.AddYears(HorizonYears);
        while (time < horizon)
        {
            if (!Has(3, time.Month))
            {
                time = new DateTimeOffset(time.Year, time.Month, 1, 0, 0, 0, time.Offset).AddMonths(1);
            }
            else if (!DayMatches(time))
            {
                time = new DateTimeOffset(time.Year, time.Month, time.Day, 0, 0, 0, time.Offset).AddDays(1);
            }
            else if (!Has(1, time.Hour))
            {
                time = time.AddMinutes(60 - time.Minute);
            }
            else if (!Has(0, time.Minute))
            {
                time = time.AddMinutes(1);
            }
            else
            {
                return time;
            }
        }

        return null;
    }

    private bool Has(int field, int value) => (bits[field] & (1UL << value)) != 0;

    /// <summary>When both days are given, either is enough: cron's old rule.</summary>
    private bool DayMatches(DateTimeOffset time)
    {
        var (ofMonth, ofWeek) = (Has(2, time.Day), Has(4, (int)time.DayOfWeek));
        return starred[2] || starred[4] ? ofMonth && ofWeek : ofMonth || ofWeek;
    }

    private static string? ParseWord(string text, out CronSchedule? schedule)
    {
        schedule = null;
        if (Words.TryGetValue(text, out var standard))
        {
            return Parse(standard, out schedule);
        }

        const string every = "@every ";
        if (!text.StartsWith(every, StringComparison.Ordinal))
        {
            return $"unrecognized descriptor: {text}";
        }

        if (ParseDuration(text[every.Length..]) is not { } duration)
        {
            return $"failed to parse duration {text}";
        }

        schedule = new CronSchedule([], [], duration < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : duration);
        return null;
    }

    private static TimeSpan? ParseDuration(string text)
    {
        var total = TimeSpan.Zero;
        var rest = text.AsSpan();
        while (rest.Length > 0)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits <= 0 || !int.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            {
                return null;
            }

            switch (rest[digits])
            {
                case 'h': total += TimeSpan.FromHours(count); break;
                case 'm': total += TimeSpan.FromMinutes(count); break;
                case 's': total += TimeSpan.FromSeconds(count); break;
                default: return null;
            }

            rest = rest[(digits + 1)..];
        }

        return text.Length == 0 ? null : total;
    }

    private static string? ParsePart(string part, (string Name, int Min, int Max, string[] Names) field, ref ulong bits, ref bool starred)
    {
        var rangeAndStep = part.Split('/');
        var lowAndHigh = rangeAndStep[0].Split('-');
        int low, high;
        var star = lowAndHigh[0] is "*" or "?";
        if (star)
        {
            (low, high) = (field.Min, field.Max);
        }
        else
        {
            if (ParseValue(lowAndHigh[0], field, out low) is { } lowFault)
            {
                return lowFault;
            }

            high = low;
            if (lowAndHigh.Length > 2)
            {
                return $"too many hyphens: {part}";
            }

            if (lowAndHigh.Length == 2 && ParseValue(lowAndHigh[1], field, out high) is { } highFault)
            {
                return highFault;
            }
        }

        var step = 1;
        if (rangeAndStep.Length > 2)
        {
            return $"too many slashes: {part}";
        }

        if (rangeAndStep.Length == 2)
        {
            if (!int.TryParse(rangeAndStep[1], NumberStyles.None, CultureInfo.InvariantCulture, out step))
            {
                return $"failed to parse int from {rangeAndStep[1]}: strconv.Atoi: parsing {Machinery.GoText.Quote(rangeAndStep[1])}: invalid syntax";
            }

            high = star || lowAndHigh.Length == 2 ? high : field.Max;
        }

        if (CheckRange(part, field.Min, field.Max, low, high, step) is { } fault)
        {
            return fault;
        }

        // A star with a step is a choice like any other list of values.
        starred |= star && step == 1;
        for (var value = low; value <= high; value += step)
        {
            bits |= 1UL << value;
        }

        return null;
    }

    private static string? CheckRange(string part, int min, int max, int low, int high, int step) =>
        low < min ? $"beginning of range ({low}) below minimum ({min}): {part}"
        : high > max ? $"end of range ({high}) above maximum ({max}): {part}"
        : low > high ? $"beginning of range ({low}) beyond end of range ({high}): {part}"
        : step == 0 ? $"step of range should be a positive number: {part}"
        : null;

    private static string? ParseValue(string text, (string Name, int Min, int Max, string[] Names) field, out int value)
    {
        var named = Array.IndexOf(field.Names, text.ToLowerInvariant());
        value = named + field.Min;
        return named >= 0 || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value)
            ? null
            : $"failed to parse int from {text}: strconv.Atoi: parsing {Machinery.GoText.Quote(text)}: invalid syntax";
    }
}
