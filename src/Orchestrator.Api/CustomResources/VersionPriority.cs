using System.Globalization;
using System.Text.RegularExpressions;

namespace Orchestrator.Api.CustomResources;

/// <summary>The order in which versions are preferred: v2 before v1, v1 before v1beta2 before v1alpha1, and what is no version of Kubernetes last, by name.</summary>
/// <remarks>Upstream: apimachinery/pkg/version/helpers.go.</remarks>
public static partial class VersionPriority
{
    /// <summary>Preferred versions first.</summary>
    public static IComparer<string> Order { get; } = Comparer<string>.Create(Compare);

    /// <summary>Negative when the left version is preferred.</summary>
    public static int Compare(string left, string right)
    {
        if (left == right)
        {
            return 0;
        }

        var (first, second) = (Parse(left), Parse(right));
        return (first, second) switch
        {
            (null, null) => string.CompareOrdinal(left, right),
            (null, _) => 1,
            (_, null) => -1,
            ({ } one, { } other) => other.CompareTo(one),
        };
    }

    private static (int Stability, long Major, long Minor)? Parse(string version)
    {
        var match = KubeVersion().Match(version);
        if (!match.Success || !long.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var major))
        {
            return null;
        }

        var minor = long.TryParse(match.Groups[3].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : 0;
        var stability = match.Groups[2].Value switch
        {
            "alpha" => 0,
            "beta" => 1,
            _ => 2,
        };
        return (stability, major, minor);
    }

    [GeneratedRegex("^v([1-9][0-9]*)(?:(alpha|beta)([1-9][0-9]*))?$")]
    private static partial Regex KubeVersion();
}
