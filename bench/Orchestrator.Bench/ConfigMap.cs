using System.Text;

namespace Orchestrator.Bench;

/// <summary>The object that is written: a ConfigMap of 1 KB.</summary>
internal static class ConfigMap
{
    private static readonly string Fill = new('x', 850);

    /// <summary>Its manifest.</summary>
    public static string Document(string name, string value, string? resourceVersion = null) =>
        $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}"{{{(resourceVersion is null ? "" : $",\"resourceVersion\":\"{resourceVersion}\"")}}}},"data":{"k":"{{{value}}}","fill":"{{{Fill}}}"}}""";

    /// <summary>The resourceVersion of an answer.</summary>
    public static string ResourceVersion(ReadOnlySpan<byte> answer)
    {
        var at = answer[(answer.IndexOf("\"resourceVersion\":\""u8) + 19)..];
        return Encoding.ASCII.GetString(at[..at.IndexOf((byte)'"')]);
    }
}
