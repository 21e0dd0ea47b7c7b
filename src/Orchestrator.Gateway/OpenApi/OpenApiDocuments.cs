using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Orchestrator.Api.Registry;

namespace Orchestrator.Gateway.OpenApi;

/// <summary>The documents of OpenAPI, made when first asked for and kept compressed: nobody reads them while a cluster idles.</summary>
internal sealed class OpenApiDocuments(KindRegistry kinds)
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lazy<SortedDictionary<string, EncodedDocument>> version3 = new(() => WriteVersion3(kinds));
    private readonly Lazy<EncodedDocument> version2 = new(() => WriteVersion2(kinds));
    private readonly Lazy<EncodedDocument> version2Protobuf = new(() => WriteProtobuf(kinds));

    /// <summary>The documents of OpenAPI 3 by the path of their group and version, as in <c>apis/apps/v1</c>.</summary>
    public IReadOnlyDictionary<string, EncodedDocument> Version3 => version3.Value;

    /// <summary>The one document of OpenAPI 2.</summary>
    public EncodedDocument Version2 => version2.Value;

    /// <summary>The same in protobuf.</summary>
    public EncodedDocument Version2Protobuf => version2Protobuf.Value;

    private static SortedDictionary<string, EncodedDocument> WriteVersion3(KindRegistry kinds)
    {
        using var facts = new ApiFacts(kinds);
        var documents = new SortedDictionary<string, EncodedDocument>(StringComparer.Ordinal);
        foreach (var document in facts.Paths().GroupBy(path => path.Document))
        {
            var operations = document.SelectMany(path => OperationFacts.Of(path.Path, path.Item));
            var definitions = document.Key.Split('/') switch
            {
                ["api", var version] => facts.DefinitionsOf("", version, operations),
                ["apis", var group, var version] => facts.DefinitionsOf(group, version, operations),
                _ => [],
            };
            documents[document.Key] = Encode(facts, document.Select(path => (path.Path, path.Item)), definitions, isVersion3: true);
        }

        return documents;
    }

    private static EncodedDocument WriteVersion2(KindRegistry kinds)
    {
        using var facts = new ApiFacts(kinds);
        return Encode(facts, facts.Paths().Select(path => (path.Path, path.Item)), facts.Definitions.Keys.Order(StringComparer.Ordinal), isVersion3: false);
    }

    private static EncodedDocument WriteProtobuf(KindRegistry kinds)
    {
        using var facts = new ApiFacts(kinds);
        return EncodedDocument.Of(SwaggerProtobuf.Write(facts));
    }

    private static EncodedDocument Encode(ApiFacts facts, IEnumerable<(string, JsonElement)> paths, IEnumerable<string> definitions, bool isVersion3)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            new OpenApiWriter(facts, json, isVersion3).Write(paths, definitions);
        }

        return EncodedDocument.Of(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }
}

/// <summary>A document as it is kept: compressed, with the digest of its content.</summary>
/// <param name="Compressed">Its bytes in gzip form.</param>
/// <param name="Hash">SHA-512 of the content, in upper-case hexadecimal as upstream has it.</param>
internal sealed record EncodedDocument(byte[] Compressed, string Hash)
{
    /// <summary>Compresses a document.</summary>
    public static EncodedDocument Of(ReadOnlySpan<byte> content)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return new EncodedDocument(buffer.ToArray(), Convert.ToHexString(SHA512.HashData(content)));
    }
}
