using System.Globalization;
using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Gateway.Requests;

/// <summary>Reads query parameters as upstream's conversion does: a switch without a value is on, and unknown words are on as well.</summary>
/// <remarks>Upstream: apimachinery/pkg/runtime/conversion.go, Convert_Slice_string_To_bool.</remarks>
internal static class QueryValues
{
    /// <summary>The value of a parameter, or the empty string; of one that is given twice the first counts.</summary>
    public static string First(this IQueryCollection query, string name) => query[name].FirstOrDefault() ?? "";

    /// <summary>Why a parameter is no whole number, in upstream's words (Go's strconv); null when it is one or is not there.</summary>
    public static ApiStatus? IntegerFault(this IQueryCollection query, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            var text = query.First(name);
            if (text.Length > 0 && !long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
            {
                var isNumber = text.AsSpan(text[0] is '+' or '-' ? 1 : 0) is { Length: > 0 } digits && !digits.ContainsAnyExceptInRange('0', '9');
                return Statuses.BadRequest($"strconv.ParseInt: parsing {GoText.Quote(text)}: {(isNumber ? "value out of range" : "invalid syntax")}");
            }
        }

        return null;
    }

    /// <summary>The value of a boolean parameter that is present.</summary>
    public static bool IsTrue(string value) => !value.Equals("0", StringComparison.Ordinal) && !value.Equals("false", StringComparison.OrdinalIgnoreCase);
}
