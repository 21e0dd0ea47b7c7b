using System.Text;
using System.Text.Json.Nodes;

namespace Orchestrator.Api.Kinds.DaemonSets;

/// <summary>The metadata of a DaemonSet where it is served alone, as PartialObjectMetadata or in a table.</summary>
/// <remarks>Upstream: the annotation that counts changes of the template arises when a DaemonSet is converted to apps/v1, and metadata is taken before that.</remarks>
public static class PartialDaemonSets
{
    /// <summary>True: the document, in canonical form, is a DaemonSet.</summary>
    public static bool Is(ReadOnlySpan<byte> document) => document.StartsWith("{\"kind\":\"DaemonSet\",\"apiVersion\":\"apps/"u8);

    /// <summary>The metadata of a DaemonSet as it is served alone.</summary>
    /// <exception cref="System.Text.Json.JsonException">The metadata is no JSON.</exception>
    public static byte[] Metadata(ReadOnlySpan<byte> metadata)
    {
        if (JsonNode.Parse(metadata) is not JsonObject shown
            || shown["annotations"] is not JsonObject annotations
            || !annotations.Remove(DaemonSetStrategy.TemplateGeneration))
        {
            return metadata.ToArray();
        }

        if (annotations.Count == 0)
        {
            shown.Remove("annotations");
        }

        return Encoding.UTF8.GetBytes(shown.ToJsonString());
    }
}
