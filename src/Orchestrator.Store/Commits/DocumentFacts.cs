using System.Text.Json;
using Orchestrator.Store.Documents;

namespace Orchestrator.Store.Commits;

/// <summary>Checks a document before it is queued: a fault of one must not spoil the batch of others.</summary>
internal static class DocumentFacts
{
    /// <summary>The header of a document that may be stored.</summary>
    /// <exception cref="ArgumentException">It is not a JSON object with metadata, or carries a resourceVersion: a bug of the caller.</exception>
    public static DocumentHeader OfStorable(ReadOnlySpan<byte> document, string key)
    {
        DocumentHeader header;
        try
        {
            header = DocumentHeader.Parse(document);
        }
        catch (JsonException e)
        {
            throw new ArgumentException($"the document of {key} cannot be stored: {e.Message}", nameof(document), e);
        }

        return header.HasResourceVersion ? throw new ArgumentException($"the document of {key} carries a resourceVersion", nameof(document)) : header;
    }
}
