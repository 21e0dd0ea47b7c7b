using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Grains.Objects;

/// <summary>Answers a dry run: the object as it would be, with the resourceVersion that it has now, if any.</summary>
internal static class DryRunReplies
{
    /// <summary>The reply to a decision that would have written.</summary>
    public static WriteReply For(WriteDecision decision, StoredObject? basis)
    {
        var (document, isGone) = decision switch
        {
            WriteDecision.Put put => (put.Document, false),
            WriteDecision.Remove remove => (remove.Document, true),
            _ => throw new InvalidOperationException($"a {decision.GetType().Name} decision writes nothing"),
        };
        var revision = basis?.Revision ?? default;
        return new WriteReply
        {
            Object = new ObjectReply { Revision = revision.Value, Document = WithRevision(document, basis) },
            Created = basis is null && !isGone,
            Gone = isGone,
            Warnings = [.. decision.Warnings],
        };
    }

    private static byte[] WithRevision(ReadOnlyMemory<byte> document, StoredObject? basis)
    {
        if (basis is null || JsonNode.Parse(document.Span) is not JsonObject root || root["metadata"] is not JsonObject metadata)
        {
            return SentBytes.Compact(document).ToArray();
        }

        metadata["resourceVersion"] = basis.Revision.ToString();
        return JsonSerializer.SerializeToUtf8Bytes(root);
    }
}
