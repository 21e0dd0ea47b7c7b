using System.Globalization;
using k8s.Models;

namespace Orchestrator.Scheduling.Filters;

/// <summary>Whether tolerations cover a taint (upstream: component-helpers/scheduling/corev1).</summary>
internal static class Tolerations
{
    public static bool Tolerate(IEnumerable<V1Toleration>? tolerations, V1Taint taint) => tolerations?.Any(toleration => Tolerates(toleration, taint)) == true;

    private static bool Tolerates(V1Toleration toleration, V1Taint taint)
    {
        if ((toleration.Effect is { Length: > 0 } effect && effect != taint.Effect) || (toleration.Key is { Length: > 0 } key && key != taint.Key))
        {
            return false;
        }

        return toleration.OperatorProperty switch
        {
            null or "" or "Equal" => (toleration.Value ?? "") == (taint.Value ?? ""),
            "Exists" => true,
            "Lt" => Compare(toleration.Value, taint.Value) is > 0,
            "Gt" => Compare(toleration.Value, taint.Value) is < 0,
            _ => false,
        };
    }

    private static int? Compare(string? bound, string? actual) =>
        long.TryParse(bound, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var left)
        && long.TryParse(actual, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var right)
            ? left.CompareTo(right)
            : null;
}
