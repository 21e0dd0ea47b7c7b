using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Libraries;

/// <summary>URLs.</summary>
/// <remarks>Upstream: pkg/cel/library/urls.go of the apiserver.</remarks>
internal static class UrlLibrary
{
    public static void Declare(CelLibraryBuilder builder)
    {
        var functions = builder.Functions;
        builder.Type(CelUrl.TypeOfUrls);
        functions.Global("url", "string_to_url", [CelType.String], CelUrl.TypeOfUrls, static arguments =>
            (CelValue?)CelUrl.Parse(Text(arguments[0]), out var error) ?? new CelError($"URL parse error during conversion from string: {error}"));
        functions.Global("isURL", "is_url_string", [CelType.String], CelType.Bool, static arguments => CelBool.Of(CelUrl.Parse(Text(arguments[0]), out _) is not null));
        Part(builder, "getScheme", "url_get_scheme", static url => url.Scheme);
        Part(builder, "getHost", "url_get_host", static url => url.Host);
        Part(builder, "getHostname", "url_get_hostname", static url => url.Hostname);
        Part(builder, "getPort", "url_get_port", static url => url.Port);
        Part(builder, "getEscapedPath", "url_get_escaped_path", static url => url.EscapedPath);
        functions.Member("getQuery", "url_get_query", [CelUrl.TypeOfUrls], CelType.MapOf(CelType.String, CelType.ListOf(CelType.String)), static arguments => ((CelUrl)arguments[0]).Query());
    }

    private static void Part(CelLibraryBuilder builder, string name, string id, Func<CelUrl, string> read) =>
        builder.Functions.Member(name, id, [CelUrl.TypeOfUrls], CelType.String, arguments => CelString.Of(read((CelUrl)arguments[0])));

    private static string Text(CelValue value) => ((CelString)value).Value;
}
