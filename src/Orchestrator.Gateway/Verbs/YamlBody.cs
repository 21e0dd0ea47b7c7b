using Orchestrator.Api.Documents;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Yaml;

namespace Orchestrator.Gateway.Verbs;

/// <summary>Bodies in YAML.</summary>
internal static class YamlBody
{
    /// <summary>The body as JSON. JSON is YAML too, and kubectl sends it under the YAML media type: it passes through.</summary>
    public static (byte[]? Body, ApiStatus? Fault) ToJson(byte[] body)
    {
        var text = body.AsSpan().TrimStart(" \t\r\n"u8);
        if (text.Length == 0 || text[0] == (byte)'{')
        {
            return (JsonText.Repair(body), null);
        }

        var document = YamlToJson.Convert(body);
        return document.Fault is { } fault
            ? (null, Statuses.BadRequest("error converting YAML to JSON: " + fault))
            : (document.Json, null);
    }
}
