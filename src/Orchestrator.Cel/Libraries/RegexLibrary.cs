using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Libraries;

/// <summary>Finding what a regular expression matches.</summary>
/// <remarks>Upstream: pkg/cel/library/regex.go of the apiserver.</remarks>
internal static class RegexLibrary
{
    public static void Declare(CelLibraryBuilder builder)
    {
        var functions = builder.Functions;
        var texts = CelType.ListOf(CelType.String);
        functions.Member("find", "string_find_string", [CelType.String, CelType.String], CelType.String, static arguments =>
            CelRegex.Compile(Text(arguments[1])) is { Regex: { } regex } ? CelString.Of(regex.Match(Text(arguments[0])).Value) : Illegal(arguments[1]));
        functions.Member("findAll", "string_find_all_string", [CelType.String, CelType.String], texts, static arguments => FindAll(arguments[0], arguments[1], -1));
        functions.Member("findAll", "string_find_all_string_int", [CelType.String, CelType.String, CelType.Int], texts, static arguments =>
            FindAll(arguments[0], arguments[1], ((CelInt)arguments[2]).Value));
    }

    private static CelValue FindAll(CelValue text, CelValue pattern, long limit)
    {
        if (CelRegex.Compile(Text(pattern)).Regex is not { } regex) return Illegal(pattern);
        var found = new List<CelValue>();
        for (var match = regex.Match(Text(text)); match.Success && (limit < 0 || found.Count < limit); match = match.NextMatch()) found.Add(CelString.Of(match.Value));
        return CelList.Of(found);
    }

    private static string Text(CelValue value) => ((CelString)value).Value;

    private static CelError Illegal(CelValue pattern) => new($"Illegal regex: {CelRegex.Compile(Text(pattern)).Error}");
}
