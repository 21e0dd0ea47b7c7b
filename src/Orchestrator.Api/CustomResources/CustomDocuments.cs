using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources.Schemas;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Registry;

namespace Orchestrator.Api.CustomResources;

/// <summary>Takes custom resources out of the store and into it: defaults that came later are filled in, what is unknown by now is left out, versions are converted.</summary>
/// <remarks>Upstream: crdConversionRESTOptionsGetter and conversion/nop_converter.go. A conversion by webhook is no matter of this pure project: its callers
/// convert before they read here and after they write, where <see cref="NeedsWebhook"/> says so.</remarks>
public static class CustomDocuments
{
    /// <summary>True when only the definition's webhook can make a document one of another version.</summary>
    public static bool NeedsWebhook(CustomVersion version, string documentVersion, string wantedVersion) =>
        version.Definition.Conversion is not null && documentVersion != wantedVersion && documentVersion.Length > 0;

    /// <summary>The apiVersion of a document.</summary>
    public static string ApiVersionOf(ReadOnlySpan<byte> document)
    {
        var reader = new Utf8JsonReader(document, new JsonReaderOptions { MaxDepth = 130 });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isVersion = reader.ValueTextEquals("apiVersion"u8);
            reader.Read();
            if (isVersion)
            {
                return reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
            }

            reader.Skip();
        }

        return "";
    }

    /// <summary>Makes a document from the store one of the version that is asked for, in place.</summary>
    public static void FromStorage(JsonObject stored, CustomVersion wanted)
    {
        var apiVersion = stored["apiVersion"]?.GetValue<string>() ?? "";
        var own = wanted.Definition.Version(apiVersion[(apiVersion.LastIndexOf('/') + 1)..]) ?? wanted.Definition.Storage ?? wanted;
        CustomDecoder.Prune(stored, own);
        Defaulting.Complete(stored, own.Schema);
        if (own.Name == wanted.Name)
        {
            return;
        }

        stored["apiVersion"] = wanted.ApiVersion;
        CustomDecoder.Prune(stored, wanted);
    }

    /// <summary>Makes an object of a request's version the one to be stored, in place; where a webhook converts, it stays as it is.</summary>
    public static void ToStorage(JsonObject obj, ResourceKind kind, CustomVersion version)
    {
        if (kind.ApiVersion == kind.StorageApiVersion || NeedsWebhook(version, kind.ApiVersion, kind.StorageApiVersion))
        {
            return;
        }

        obj["apiVersion"] = kind.StorageApiVersion;
        if (version.Definition.Storage is { } storage)
        {
            CustomDecoder.Prune(obj, storage);
        }
    }

    /// <summary>A stored document as readers of a version see it; the same bytes when they need nothing done to them.</summary>
    public static ReadOnlyMemory<byte> View(ReadOnlyMemory<byte> stored, CustomVersion wanted)
    {
        var document = DocumentEncoding.Decode(stored);
        var before = document.DeepClone();
        FromStorage(document, wanted);
        return JsonNode.DeepEquals(before, document) ? stored : Encode(document);
    }

    /// <summary>The document of an object as it is read: with its resourceVersion, where it has one.</summary>
    public static byte[] Encode(JsonObject obj)
    {
        var encoded = DocumentEncoding.Encode(obj);
        return Revision.TryParse(obj["metadata"]?["resourceVersion"]?.GetValue<string>(), out var revision)
            ? DocumentEncoding.WithResourceVersion(encoded, revision)
            : encoded;
    }
}
