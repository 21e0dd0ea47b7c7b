using System.Globalization;
using k8s.Models;

namespace Orchestrator.Controllers.Objects;

/// <summary>Counts that a spec gives as a number or as a percentage of the replicas (upstream: util/intstr).</summary>
internal static class Amounts
{
    /// <summary>The count; percentages are rounded up or down.</summary>
    public static int Of(IntOrString? amount, int total, bool roundUp, string fallback)
    {
        var text = amount?.Value ?? fallback;
        if (!text.EndsWith('%'))
        {
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count) ? count : 0;
        }

        var percent = int.TryParse(text[..^1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : 0;
        var share = (long)percent * total;
        return (int)(roundUp ? (share + 99) / 100 : share / 100);
    }
}
