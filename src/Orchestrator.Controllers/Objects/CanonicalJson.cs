using System.Text;
using System.Text.Json.Nodes;

namespace Orchestrator.Controllers.Objects;

/// <summary>One text for all equal documents: keys sorted, nulls left out. What templates are hashed and compared by.</summary>
internal static class CanonicalJson
{
    public static string Text(JsonNode? node)
    {
        var text = new StringBuilder();
        Append(text, node);
        return text.ToString();
    }

    private static void Append(StringBuilder text, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject container:
                text.Append('{');
                foreach (var (name, value) in container.Where(pair => pair.Value is not null).OrderBy(pair => pair.Key, StringComparer.Ordinal))
                {
                    text.Append(JsonValue.Create(name).ToJsonString()).Append(':');
                    Append(text, value);
                    text.Append(',');
                }

                text.Append('}');
                break;
            case JsonArray list:
                text.Append('[');
                foreach (var item in list)
                {
                    Append(text, item);
                    text.Append(',');
                }

                text.Append(']');
                break;
            default:
                text.Append(node?.ToJsonString() ?? "null");
                break;
        }
    }
}
