using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Orchestrator.Api.CustomResources.Schemas;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.CustomResources.Values;

/// <summary>The rules of strings and numbers.</summary>
/// <remarks>Upstream: kube-openapi/pkg/validation/validate/values.go.</remarks>
internal static class ScalarRules
{
    /// <summary>A pattern that takes longer is answered as not matching: Go's engine is linear, this one's non-backtracking mode is too, and a bound costs nothing.</summary>
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(1);

    public static ValueFault? Text(string text, StructuralSchema schema, string path)
    {
        var length = text.EnumerateRunes().Count();
        if (schema.Bound("maxLength") is { } max && length > max)
        {
            return new ValueFault(FieldErrorKind.TooLong, path, "", $"may not be more than {Whole(max)} {(max == 1 ? "byte" : "bytes")}");
        }

        if (schema.Bound("minLength") is { } min && length < min)
        {
            return new ValueFault(FieldErrorKind.Invalid, path, text, $"{path} in body should be at least {Whole(min)} chars long");
        }

        var pattern = schema.Text("pattern");
        return pattern.Length > 0 && !Matches(pattern, text)
            ? new ValueFault(FieldErrorKind.Invalid, path, text, $"{path} in body should match '{pattern}'")
            : null;
    }

    public static ValueFault? Format(string text, StructuralSchema schema, string path) => StringFormats.Matches(schema.Format, text)
        ? null
        : new ValueFault(FieldErrorKind.TypeInvalid, path, text, $"{path} in body must be of type {schema.Format}: {GoText.Quote(text)}");

    public static IEnumerable<ValueFault> Number(JsonNode value, StructuralSchema schema, string path)
    {
        var isWhole = value.AsValue().TryGetValue<long>(out var whole);
        var number = isWhole ? whole : value.GetValue<double>();
        if (schema.Bound("multipleOf") is { } factor && factor > 0 && !IsMultiple(number, factor))
        {
            yield return Fault($"should be a multiple of {GoNumbers.Text(factor)}");
        }

        if (schema.Bound("maximum") is { } max)
        {
            var exclusive = schema.Flag("exclusiveMaximum");
            if (isWhole ? Exceeds(whole, (long)max, exclusive) : exclusive ? number >= max : number > max)
            {
                yield return Fault($"should be less than {(exclusive ? "" : "or equal to ")}{Bound(max)}");
            }
        }

        if (schema.Bound("minimum") is { } min)
        {
            var exclusive = schema.Flag("exclusiveMinimum");
            if (isWhole ? Exceeds(-whole, -(long)min, exclusive) : exclusive ? number <= min : number < min)
            {
                yield return Fault($"should be greater than {(exclusive ? "" : "or equal to ")}{Bound(min)}");
            }
        }

        ValueFault Fault(string rule) => new(FieldErrorKind.Invalid, path, isWhole ? whole : value, $"{path} in body {rule}");

        // Whole numbers are compared with whole bounds, and the sentence names what was compared.
        string Bound(double bound) => isWhole ? Whole(bound) : GoNumbers.Text(bound);
    }

    /// <summary>Whether two values are the same: numbers by value, everything else by content.</summary>
    public static bool Same(JsonNode? left, JsonNode? right) =>
        left?.GetValueKind() == JsonValueKind.Number && right?.GetValueKind() == JsonValueKind.Number
            ? left.GetValue<double>().Equals(right.GetValue<double>())
            : JsonNode.DeepEquals(left, right);

    /// <summary>Whether a text has a match of a pattern in Go's syntax. A pattern that .NET cannot read matches nothing.</summary>
    public static bool Matches(string pattern, string text)
    {
        try
        {
            return GoPatterns.Compile(pattern, MatchTimeout)?.IsMatch(text) ?? false;
        }
        catch (RegexMatchTimeoutException)
        {
            // The bound, which only patterns reach that need backtracking.
            return false;
        }
    }

    private static bool Exceeds(long value, long max, bool exclusive) => exclusive ? value >= max : value > max;

    private static bool IsMultiple(double value, double factor)
    {
        var quotient = value / factor;
        return quotient == Math.Floor(quotient);
    }

    private static string Whole(double bound) => ((long)bound).ToString(CultureInfo.InvariantCulture);
}
