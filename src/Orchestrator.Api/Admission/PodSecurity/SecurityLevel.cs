using System.Globalization;
using System.Text.RegularExpressions;

namespace Orchestrator.Api.Admission.PodSecurity;

/// <summary>A Pod Security Standard, in order of strictness.</summary>
internal enum SecurityLevel
{
    /// <summary>Anything goes.</summary>
    Privileged,

    /// <summary>What is known to escalate privileges does not.</summary>
    Baseline,

    /// <summary>Hardened pods alone.</summary>
    Restricted,
}

/// <summary>A standard as some version of Kubernetes had it.</summary>
/// <param name="Level">The standard.</param>
/// <param name="Minor">The minor version of Kubernetes; null: the latest.</param>
internal sealed partial record LevelVersion(SecurityLevel Level, int? Minor)
{
    /// <summary>Nothing is forbidden: the default of every mode.</summary>
    public static readonly LevelVersion Default = new(SecurityLevel.Privileged, null);

    /// <summary>Reads a level; null when it is not one.</summary>
    public static SecurityLevel? ParseLevel(string text) => text switch
    {
        "privileged" => SecurityLevel.Privileged,
        "baseline" => SecurityLevel.Baseline,
        "restricted" => SecurityLevel.Restricted,
        _ => null,
    };

    /// <summary>Reads <c>latest</c> or <c>v1.x</c>.</summary>
    /// <returns>False when it is neither.</returns>
    public static bool TryParseVersion(string text, out int? minor)
    {
        minor = null;
        if (text == "latest")
        {
            return true;
        }

        if (VersionForm().Match(text) is not { Success: true } match
            || !int.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        minor = number;
        return true;
    }

    /// <summary>As in <c>restricted:latest</c> and <c>baseline:v1.24</c>.</summary>
    public override string ToString()
    {
        var level = Level switch
        {
            SecurityLevel.Privileged => "privileged",
            SecurityLevel.Baseline => "baseline",
            _ => "restricted",
        };
        return Minor is { } minor ? string.Create(CultureInfo.InvariantCulture, $"{level}:v1.{minor}") : level + ":latest";
    }

    [GeneratedRegex("^v1\\.([0-9]|[1-9][0-9]*)$", RegexOptions.CultureInvariant)]
    private static partial Regex VersionForm();
}
