using System.Text.Json;

namespace Orchestrator.Gateway.Requests;

/// <summary>What routing needs of a body before the object's grain decodes it: the names in it.</summary>
/// <remarks>A body that is no object yields empty names; the grain's decoder then says what is wrong with it.</remarks>
internal readonly record struct BodyHeader(string Name, string Namespace, string GenerateName)
{
    /// <summary>Skims the document; nothing below metadata is looked at.</summary>
    public static BodyHeader Read(ReadOnlySpan<byte> body)
    {
        var header = default(Fields);
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 100 });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return new BodyHeader("", "", "");
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isMetadata = reader.ValueTextEquals("metadata"u8);
                reader.Read();
                if (isMetadata && reader.TokenType == JsonTokenType.StartObject)
                {
                    header.Read(ref reader);
                }
                else
                {
                    reader.Skip();
                }
            }
        }
        catch (JsonException)
        {
            // Names read so far only choose which grain says that the body is malformed.
            return header.ToHeader();
        }

        return header.ToHeader();
    }

    private struct Fields
    {
        private string? name;
        private string? ns;
        private string? generateName;

        public void Read(ref Utf8JsonReader reader)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var field = reader.ValueTextEquals("name"u8) ? 1 : reader.ValueTextEquals("namespace"u8) ? 2 : reader.ValueTextEquals("generateName"u8) ? 3 : 0;
                reader.Read();
                if (field > 0 && reader.TokenType == JsonTokenType.String)
                {
                    Set(field, reader.GetString()!);
                }
                else
                {
                    reader.Skip();
                }
            }
        }

        public readonly BodyHeader ToHeader() => new(name ?? "", ns ?? "", generateName ?? "");

        private void Set(int field, string value)
        {
            switch (field)
            {
                case 1:
                    name = value;
                    break;
                case 2:
                    ns = value;
                    break;
                default:
                    generateName = value;
                    break;
            }
        }
    }
}
