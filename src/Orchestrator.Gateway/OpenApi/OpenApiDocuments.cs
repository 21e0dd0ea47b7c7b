using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Orchestrator.Api.CustomResources;
using Orchestrator.Api.Registry;

namespace Orchestrator.Gateway.OpenApi;

/// <summary>The documents of OpenAPI, made when first asked for and kept compressed: nobody reads them while a cluster idles.</summary>
/// <remarks>Those of the built-in kinds are made once. When a definition changes, the documents of its group's version are made anew, and the one of OpenAPI 2.</remarks>
/// <param name="kinds">The kinds that are served now.</param>
internal sealed class OpenApiDocuments(Func<KindRegistry> kinds)
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Lazy<IReadOnlyDictionary<string, EncodedDocument>> BuiltIn = new(static () => WriteVersion3(KindRegistry.BuiltIn, static _ => true));

    private volatile Edition? edition;

    /// <summary>The documents of OpenAPI 3 by the path of their group and version, as in <c>apis/apps/v1</c>.</summary>
    public IReadOnlyDictionary<string, EncodedDocument> Version3 => Current.Version3.Value;

    /// <summary>The one document of OpenAPI 2.</summary>
    public EncodedDocument Version2 => Current.Version2.Value;

    /// <summary>The same in protobuf.</summary>
    public EncodedDocument Version2Protobuf => Current.Version2Protobuf.Value;

    private Edition Current
    {
        get
        {
            var registry = kinds();
            var known = edition;
            return ReferenceEquals(known?.Kinds, registry) ? known : edition = new Edition(registry, known);
        }
    }

    /// <summary>The documents of one registry.</summary>
    private sealed class Edition
    {
        private readonly Lazy<Dictionary<string, CustomDocument>> custom;

        public Edition(KindRegistry kinds, Edition? before)
        {
            Kinds = kinds;

            // Held only until it is used, or every edition would keep all earlier ones.
            var earlier = before is { custom.IsValueCreated: true } ? before.custom.Value : [];
            custom = new(() => WriteCustom(kinds, earlier));
            Version3 = new(() => Joined(custom.Value));
            Version2 = new(() => WriteVersion2(kinds));
            Version2Protobuf = new(() => WriteProtobuf(kinds));
        }

        public KindRegistry Kinds { get; }

        public Lazy<SortedDictionary<string, EncodedDocument>> Version3 { get; }

        public Lazy<EncodedDocument> Version2 { get; }

        public Lazy<EncodedDocument> Version2Protobuf { get; }
    }

    private sealed record CustomDocument(EncodedDocument Document, IReadOnlyList<CustomVersion> Versions);

    private static SortedDictionary<string, EncodedDocument> Joined(Dictionary<string, CustomDocument> custom)
    {
        var all = new SortedDictionary<string, EncodedDocument>(StringComparer.Ordinal);
        foreach (var (name, document) in BuiltIn.Value)
        {
            all[name] = document;
        }

        foreach (var (name, document) in custom)
        {
            all[name] = document.Document;
        }

        return all;
    }

    private static Dictionary<string, CustomDocument> WriteCustom(KindRegistry kinds, Dictionary<string, CustomDocument> earlier)
    {
        var wanted = kinds.All.Where(kind => kind.Custom is not null)
            .SelectMany(kind => new[] { (Name: "apis/" + kind.ApiVersion, kind.Custom), (Name: "apis/" + kind.Group, kind.Custom) })
            .GroupBy(part => part.Name, part => part.Custom!)
            .ToDictionary(group => group.Key, group => group.ToList());
        var result = new Dictionary<string, CustomDocument>(StringComparer.Ordinal);
        foreach (var (name, versions) in wanted)
        {
            if (earlier.TryGetValue(name, out var known) && known.Versions.SequenceEqual(versions))
            {
                result[name] = known;
            }
        }

        if (result.Count < wanted.Count)
        {
            foreach (var (name, document) in WriteVersion3(kinds, name => wanted.ContainsKey(name) && !result.ContainsKey(name)))
            {
                result[name] = new CustomDocument(document, wanted[name]);
            }
        }

        return result;
    }

    private static SortedDictionary<string, EncodedDocument> WriteVersion3(KindRegistry kinds, Func<string, bool> isWanted)
    {
        using var facts = new ApiFacts(kinds, isVersion3: true);
        var documents = new SortedDictionary<string, EncodedDocument>(StringComparer.Ordinal);
        foreach (var document in facts.Paths().Where(path => isWanted(path.Document)).GroupBy(path => path.Document))
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
        using var facts = new ApiFacts(kinds, isVersion3: false);
        return Encode(facts, facts.Paths().Select(path => (path.Path, path.Item)), facts.Definitions.Keys.Order(StringComparer.Ordinal), isVersion3: false);
    }

    private static EncodedDocument WriteProtobuf(KindRegistry kinds)
    {
        using var facts = new ApiFacts(kinds, isVersion3: false);
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
