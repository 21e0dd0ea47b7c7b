using System.Text.Json.Nodes;

namespace Orchestrator.Api.Schema;

/// <summary>What became of decoding a document against its schema.</summary>
/// <param name="Object">The document as far as the schema knows it; null when there is a fault.</param>
/// <param name="Fault">Why the document cannot be read, in Go's words; null when it can.</param>
/// <param name="Remarks">Unknown and duplicate fields, in Go's words: errors or warnings as the caller asked.</param>
public sealed record DecodedDocument(JsonObject? Object, string? Fault, IReadOnlyList<string> Remarks)
{
    /// <summary>The same fault as upstream tells it of a tree in memory that is no text any more; null when it tells it alike.</summary>
    internal string? FaultOfTree { get; init; }
}
