using System.Globalization;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Libraries;

/// <summary>Semantic versions.</summary>
/// <remarks>Upstream: pkg/cel/library/semverlib.go of the apiserver at version 1.</remarks>
internal static class SemverLibrary
{
    public static void Declare(CelLibraryBuilder builder)
    {
        var functions = builder.Functions;
        var semver = CelSemver.TypeOfVersions;
        builder.Type(semver);
        functions.Global("semver", "string_to_semver", [CelType.String], semver, static arguments => Parse(arguments[0], normalize: false));
        functions.Global("semver", "string_bool_to_semver", [CelType.String, CelType.Bool], semver, static arguments => Parse(arguments[0], ((CelBool)arguments[1]).Value));
        functions.Global("isSemver", "is_semver_string", [CelType.String], CelType.Bool, static arguments => CelBool.Of(Parse(arguments[0], normalize: false) is not CelError));
        functions.Global("isSemver", "is_semver_string_bool", [CelType.String, CelType.Bool], CelType.Bool, static arguments => CelBool.Of(Parse(arguments[0], ((CelBool)arguments[1]).Value) is not CelError));
        functions.Member("isGreaterThan", "semver_is_greater_than", [semver, semver], CelType.Bool, static arguments => CelBool.Of(Compare(arguments) > 0));
        functions.Member("isLessThan", "semver_is_less_than", [semver, semver], CelType.Bool, static arguments => CelBool.Of(Compare(arguments) < 0));
        functions.Member("compareTo", "semver_compare_to", [semver, semver], CelType.Int, static arguments => CelInt.Of(Compare(arguments)));
        functions.Member("major", "semver_major", [semver], CelType.Int, static arguments => CelInt.Of((long)((CelSemver)arguments[0]).Major));
        functions.Member("minor", "semver_minor", [semver], CelType.Int, static arguments => CelInt.Of((long)((CelSemver)arguments[0]).Minor));
        functions.Member("patch", "semver_patch", [semver], CelType.Int, static arguments => CelInt.Of((long)((CelSemver)arguments[0]).Patch));
    }

    private static int Compare(ReadOnlySpan<CelValue> arguments) => ((CelSemver)arguments[0]).CompareTo((CelSemver)arguments[1]);

    private static CelValue Parse(CelValue value, bool normalize)
    {
        var text = ((CelString)value).Value;
        if (normalize)
        {
            if (Normalized(text) is not { } normal) return new CelError("short version cannot contain PreRelease/Build meta data");
            text = normal;
        }

        return (CelValue?)CelSemver.Parse(text, out var error) ?? new CelError(error);
    }

    /// <summary>Drops a leading v and leading zeros, and adds missing parts; null when a shortened version has a suffix.</summary>
    private static string? Normalized(string text)
    {
        var parts = (text.StartsWith('v') ? text[1..] : text).Split('.', 3);
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i].Length <= 1) continue;
            parts[i] = parts[i].TrimStart('0');
            if (parts[i].Length == 0 || !char.IsAsciiDigit(parts[i][0])) parts[i] = "0" + parts[i];
        }

        if (parts.Length < 3 && parts[^1].AsSpan().IndexOfAny('+', '-') >= 0) return null;
        return string.Join('.', parts.Concat(Enumerable.Repeat("0", 3 - parts.Length)));
    }
}

/// <summary>A semantic version.</summary>
internal sealed class CelSemver : CelOpaque
{
    private readonly string[] _preRelease;
    private readonly string _text;

    private CelSemver(string text, ulong major, ulong minor, ulong patch, string[] preRelease)
    {
        _text = text;
        Major = major;
        Minor = minor;
        Patch = patch;
        _preRelease = preRelease;
    }

    public static CelType TypeOfVersions { get; } = CelType.Opaque("kubernetes.Semver");

    public override CelType Type => TypeOfVersions;

    public ulong Major { get; }

    public ulong Minor { get; }

    public ulong Patch { get; }

    /// <summary>Reads a version; null, with the message of the library upstream uses, when the text is none.</summary>
    public static CelSemver? Parse(string text, out string error)
    {
        error = string.Empty;
        if (text.Length == 0)
        {
            error = "Version string empty";
            return null;
        }

        var parts = text.Split('.', 3);
        if (parts.Length != 3)
        {
            error = "No Major.Minor.Patch elements found";
            return null;
        }

        var build = parts[2].IndexOf('+', StringComparison.Ordinal);
        var rest = build < 0 ? parts[2] : parts[2][..build];
        var dash = rest.IndexOf('-', StringComparison.Ordinal);
        var preRelease = dash < 0 ? [] : rest[(dash + 1)..].Split('.');
        var buildParts = build < 0 ? [] : parts[2][(build + 1)..].Split('.');
        if (Number(parts[0], "major", out var major, ref error) && Number(parts[1], "minor", out var minor, ref error)
            && Number(dash < 0 ? rest : rest[..dash], "patch", out var patch, ref error))
        {
            error = preRelease.Select(part => WhyNoIdentifier(part, "PreRelease", zeros: true)).Concat(buildParts.Select(part => WhyNoIdentifier(part, "Build meta data", zeros: false))).OfType<string>().FirstOrDefault() ?? string.Empty;
            if (error.Length == 0) return new CelSemver(text, major, minor, patch, preRelease);
        }

        return null;
    }

    /// <summary>The precedence; build metadata does not count.</summary>
    public int CompareTo(CelSemver other)
    {
        var core = (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));
        if (core != 0) return Math.Sign(core);
        if (_preRelease.Length == 0 || other._preRelease.Length == 0) return other._preRelease.Length.CompareTo(_preRelease.Length) is var none && none == 0 ? 0 : Math.Sign(none);
        for (var i = 0; i < Math.Min(_preRelease.Length, other._preRelease.Length); i++)
        {
            var order = CompareIdentifiers(_preRelease[i], other._preRelease[i]);
            if (order != 0) return order;
        }

        return _preRelease.Length.CompareTo(other._preRelease.Length);
    }

    public override bool EqualTo(CelValue other) => other is CelSemver version && CompareTo(version) == 0;

    public override string ToString() => _text;

    internal override int Hash() => HashCode.Combine(Major, Minor, Patch);

    private static int CompareIdentifiers(string left, string right)
    {
        var (leftIsNumber, rightIsNumber) = (left.All(char.IsAsciiDigit), right.All(char.IsAsciiDigit));
        if (leftIsNumber != rightIsNumber) return leftIsNumber ? -1 : 1;
        if (leftIsNumber && left.Length != right.Length) return left.Length.CompareTo(right.Length);
        return Math.Sign(string.CompareOrdinal(left, right));
    }

    private static bool Number(string text, string part, out ulong number, ref string error)
    {
        number = 0;
        var shown = CelQuote.Go(text);
        var name = char.ToUpperInvariant(part[0]) + part[1..];
        if (!text.All(char.IsAsciiDigit)) error = $"Invalid character(s) found in {part} number {shown}";
        else if (text.Length > 1 && text[0] == '0') error = $"{name} number must not contain leading zeroes {shown}";
        else if (!ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number)) error = $"strconv.ParseUint: parsing {shown}: {(text.Length == 0 ? "invalid syntax" : "value out of range")}";
        else return true;
        return false;
    }

    private static string? WhyNoIdentifier(string text, string what, bool zeros)
    {
        if (text.Length == 0) return zeros ? "Prerelease is empty" : "Build meta data is empty";
        if (!text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')) return $"Invalid character(s) found in {(zeros ? "prerelease" : "build meta data")} {CelQuote.Go(text)}";
        return zeros && text.Length > 1 && text[0] == '0' && text.All(char.IsAsciiDigit) ? $"Numeric {what} version must not contain leading zeroes {CelQuote.Go(text)}" : null;
    }
}
