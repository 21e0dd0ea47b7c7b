using System.Collections.Frozen;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Orchestrator.Api.Yaml;

/// <summary>What a plain scalar means in YAML 1.1 as goyaml.v2 reads it: yes and off are booleans, 0777 is octal, dates stay texts.</summary>
internal static partial class YamlScalars
{
    private const string Prefix = "tag:yaml.org,2002:";

    private static readonly FrozenDictionary<string, object?> Words = new Dictionary<string, object?>(StringComparer.Ordinal)
    {
        [""] = null, ["~"] = null, ["null"] = null, ["Null"] = null, ["NULL"] = null,
        ["y"] = true, ["Y"] = true, ["yes"] = true, ["Yes"] = true, ["YES"] = true,
        ["true"] = true, ["True"] = true, ["TRUE"] = true, ["on"] = true, ["On"] = true, ["ON"] = true,
        ["n"] = false, ["N"] = false, ["no"] = false, ["No"] = false, ["NO"] = false,
        ["false"] = false, ["False"] = false, ["FALSE"] = false, ["off"] = false, ["Off"] = false, ["OFF"] = false,
        [".nan"] = double.NaN, [".NaN"] = double.NaN, [".NAN"] = double.NaN,
        [".inf"] = double.PositiveInfinity, [".Inf"] = double.PositiveInfinity, [".INF"] = double.PositiveInfinity,
        ["+.inf"] = double.PositiveInfinity, ["+.Inf"] = double.PositiveInfinity, ["+.INF"] = double.PositiveInfinity,
        ["-.inf"] = double.NegativeInfinity, ["-.Inf"] = double.NegativeInfinity, ["-.INF"] = double.NegativeInfinity,
    }.ToFrozenDictionary();

    /// <summary>The value of a scalar; returns what is wrong with it, or null.</summary>
    public static string? Resolve(Scalar scalar, out object? value)
    {
        var tag = scalar.Tag.IsEmpty ? "" : scalar.Tag.Value;
        var text = scalar.Value;
        value = text;
        switch (tag)
        {
            case "": value = scalar.Style == ScalarStyle.Plain ? Plain(text) : text; return null;
            case "!": case Prefix + "str": return null;
            case Prefix + "binary": return Binary(text, out value);
        }

        value = Plain(text);
        var actual = value switch { null => "null", bool => "bool", long or ulong => "int", double => "float", _ => "str" };
        if (tag == Prefix + "float" && value is long whole)
        {
            value = (double)whole;
            return null;
        }

        return !tag.StartsWith(Prefix, StringComparison.Ordinal) || tag == Prefix + actual || tag == Prefix + "timestamp"
            ? null
            : $"cannot decode !!{actual} `{text}` as a !!{tag[Prefix.Length..]}";
    }

    private static object? Plain(string text)
    {
        if (Words.TryGetValue(text, out var word))
        {
            return word;
        }

        if (!(char.IsAsciiDigit(text[0]) || text[0] is '+' or '-' or '.'))
        {
            return text;
        }

        var digits = text.Replace("_", "", StringComparison.Ordinal);
        if (Whole(digits) is { } whole && whole >= long.MinValue && whole <= ulong.MaxValue)
        {
            return whole <= long.MaxValue ? (long)whole : (object)(ulong)whole;
        }

        return FloatForm().IsMatch(digits) && double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) ? real : text;
    }

    /// <summary>A whole number in base 2, 8, 10 or 16; else null.</summary>
    private static BigInteger? Whole(string text)
    {
        var negative = text.StartsWith('-');
        var digits = text is ['+' or '-', ..] ? text[1..] : text;
        var (radix, start) = digits switch
        {
            ['0', 'b' or 'B', _, ..] => (2, 2),
            ['0', 'o' or 'O', _, ..] => (8, 2),
            ['0', 'x' or 'X', _, ..] => (16, 2),
            ['0', _, ..] => (8, 1),
            _ => (10, 0),
        };
        if (digits.Length == 0 || digits.Length > 80)
        {
            return null;
        }

        var number = BigInteger.Zero;
        foreach (var letter in digits.AsSpan(start))
        {
            var digit = char.IsAsciiHexDigit(letter) ? System.Convert.ToInt32(letter.ToString(), 16) : radix;
            if (digit >= radix)
            {
                return null;
            }

            number = (number * radix) + digit;
        }

        return negative ? -number : number;
    }

    private static string? Binary(string text, out object? value)
    {
        var bytes = new byte[text.Length];
        var compact = string.Concat(text.Where(letter => !char.IsWhiteSpace(letter)));
        var isValid = System.Convert.TryFromBase64String(compact, bytes, out var length);
        value = isValid ? Encoding.UTF8.GetString(bytes, 0, length) : null;
        return isValid ? null : "!!binary value contains invalid base64 data";
    }

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex FloatForm();
}
