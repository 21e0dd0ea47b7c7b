using System.Globalization;

namespace Orchestrator.Controllers.Objects;

/// <summary>Times as documents carry them: RFC 3339, UTC, whole seconds.</summary>
internal static class Timestamps
{
    public static string Text(this DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static DateTimeOffset Instant(this DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));

    public static DateTimeOffset? Instant(this DateTime? time) => time is { } value ? value.Instant() : null;
}
