using System.Text.Json.Nodes;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Registry;
using Orchestrator.Gateway.Answers;

namespace Orchestrator.Gateway.Reads;

/// <summary>Shows a stored document in the version that a request asks for. Most kinds are stored as they are read: then the bytes pass through.</summary>
internal static class VersionView
{
    /// <summary>The document in the kind's version.</summary>
    public static ReadOnlyMemory<byte> Of(ResourceKind kind, ReadOnlyMemory<byte> document)
    {
        if (!VersionConversion.IsNeeded(kind))
        {
            return document;
        }

        var node = JsonNode.Parse(document.Span)!.AsObject();
        VersionConversion.FromStorage(node, kind);
        return AnswerWriter.Encode(node);
    }
}
