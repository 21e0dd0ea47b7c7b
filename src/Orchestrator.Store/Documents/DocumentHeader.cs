using System.Text.Json;

namespace Orchestrator.Store.Documents;

/// <summary>What the store needs of a document's metadata, read in one pass without building the document.</summary>
/// <param name="Uid">metadata.uid.</param>
/// <param name="Labels">metadata.labels.</param>
/// <param name="OwnerUids">metadata.ownerReferences[].uid.</param>
/// <param name="Terminating">metadata.deletionTimestamp is set.</param>
/// <param name="HasResourceVersion">metadata.resourceVersion is there, which a stored document must not have.</param>
internal sealed record DocumentHeader(
    string Uid, IReadOnlyDictionary<string, string> Labels, IReadOnlyList<string> OwnerUids, bool Terminating, bool HasResourceVersion)
{
    /// <summary>Reads the header.</summary>
    /// <exception cref="JsonException">The document is not JSON, or its metadata does not have the types of ObjectMeta.</exception>
    public static DocumentHeader Parse(ReadOnlySpan<byte> document)
    {
        var reader = new Utf8JsonReader(document, new JsonReaderOptions { MaxDepth = DocumentLimits.Depth });
        if (!MetadataIn(ref reader))
        {
            throw new JsonException("the document has no metadata");
        }

        var (uid, terminating, versioned) = ("", false, false);
        IReadOnlyDictionary<string, string> labels = LabelMap.Empty;
        IReadOnlyList<string> owners = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("uid"u8))
            {
                reader.Read();
                uid = StringAt(ref reader);
            }
            else if (reader.ValueTextEquals("labels"u8))
            {
                reader.Read();
                labels = LabelMap.Read(ref reader);
            }
            else if (reader.ValueTextEquals("ownerReferences"u8))
            {
                reader.Read();
                owners = Owners(ref reader);
            }
            else
            {
                terminating |= reader.ValueTextEquals("deletionTimestamp"u8);
                versioned |= reader.ValueTextEquals("resourceVersion"u8);
                reader.Skip();
            }
        }

        return new DocumentHeader(uid, labels, owners, terminating, versioned);
    }

    /// <summary>Puts the reader onto the start of the metadata object.</summary>
    /// <returns>False when there is none.</returns>
    internal static bool MetadataIn(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("metadata"u8))
            {
                return reader.Read() && reader.TokenType == JsonTokenType.StartObject;
            }

            reader.Skip();
        }

        return false;
    }

    private static List<string> Owners(ref Utf8JsonReader reader)
    {
        var owners = new List<string>(1);
        if (reader.TokenType == JsonTokenType.Null)
        {
            return owners;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("uid"u8))
                {
                    reader.Read();
                    owners.Add(StringAt(ref reader));
                }
                else
                {
                    reader.Skip();
                }
            }
        }

        return owners;
    }

    private static string StringAt(ref Utf8JsonReader reader) =>
        reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString()!,
            JsonTokenType.Null => "",
            _ => throw new JsonException($"a string was expected in metadata, not {reader.TokenType}"),
        };
}

/// <summary>The bounds of documents.</summary>
internal static class DocumentLimits
{
    /// <summary>How deep a document may be nested, with room above the 100 that the API lets in. A deeper one is refused.</summary>
    public const int Depth = 128;
}
