using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources.Schemas;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Registry;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.CustomResources;

/// <summary>Reads bodies as custom resources: metadata in its own types, everything else as it is sent, less what the schema does not know.</summary>
/// <remarks>Upstream: schemaCoercingDecoder in apiextensions-apiserver/pkg/apiserver/customresource_handler.go.</remarks>
internal static class CustomDecoder
{
    private static readonly SchemaNode Envelope = new SchemaNode { Type = SchemaType.Object, PreserveUnknown = true }.WithFields(
        new Dictionary<string, SchemaNode> { ["metadata"] = EmbeddedMetadata.Schema }, []);

    /// <summary>Decodes a body; defaults are not filled in.</summary>
    /// <param name="body">The JSON.</param>
    /// <param name="kind">The kind that the path asks for.</param>
    /// <param name="version">Its version.</param>
    /// <param name="fieldValidation">Strict: unknown and duplicate fields are refused; Warn: they are remarked on; else ignored.</param>
    public static DecodedObject Decode(ReadOnlySpan<byte> body, ResourceKind kind, CustomVersion version, string fieldValidation)
    {
        var decoded = Read(body, version);
        var expected = kind.GroupVersionKind;
        if (decoded.Fault is { } fault)
        {
            return ObjectDecoder.Unreadable(body, expected, fault);
        }

        var obj = decoded.Object!;
        if (TypeFault(body, obj, expected) is { } refused)
        {
            return new DecodedObject(null, refused, []);
        }

        if (fieldValidation == "Strict" && decoded.Remarks.Count > 0)
        {
            return ObjectDecoder.Refused(expected, "strict decoding error: " + string.Join(", ", decoded.Remarks));
        }

        return new DecodedObject(obj, null, fieldValidation == "Warn" ? decoded.Remarks : []);
    }

    /// <summary>Reads a document that is a custom resource for certain, such as a patched one.</summary>
    public static DecodedDocument Read(ReadOnlySpan<byte> json, CustomVersion version)
    {
        var decoded = SchemaDecoder.DecodeUnstructured(json, Envelope);
        return decoded.Object is { } obj ? decoded with { Remarks = [.. decoded.Remarks, .. Prune(obj, version).Select(path => "unknown field " + GoText.Quote(path))] } : decoded;
    }

    /// <summary>Takes away what the schema of a version does not know.</summary>
    /// <returns>What was taken away, sorted.</returns>
    public static IReadOnlyList<string> Prune(JsonObject obj, CustomVersion version)
    {
        var unknown = new List<string>();
        if (!version.Definition.PreservesUnknownFields)
        {
            unknown.AddRange(Pruning.Prune(obj, version.Schema, isResource: true));
        }

        foreach (var (name, member) in obj.ToList())
        {
            if (!Pruning.IsMeta(name))
            {
                EmbeddedMetadata.Coerce(member, version.Schema.Child(name), name, unknown);
            }
        }

        unknown.Sort(StringComparer.Ordinal);
        return unknown;
    }

    private static ApiStatus? TypeFault(ReadOnlySpan<byte> body, JsonObject obj, GroupVersionKind expected)
    {
        var (kind, apiVersion) = (Text(obj, "kind"), Text(obj, "apiVersion"));
        if (kind.Length == 0)
        {
            return ObjectDecoder.Unreadable(body, expected, $"Object 'Kind' is missing in '{System.Text.Encoding.UTF8.GetString(body)}'", isUnrecognized: true).Failure;
        }

        if (apiVersion != expected.ApiVersion)
        {
            return Statuses.BadRequest($"the API version in the data ({apiVersion}) does not match the expected API version ({expected.ApiVersion})");
        }

        return kind == expected.Kind ? null : Statuses.Invalid(expected.Group, expected.Kind, Text(obj["metadata"] as JsonObject, "name"),
            [FieldError.Invalid("kind", kind, "must be " + expected.Kind)]);
    }

    private static string Text(JsonObject? obj, string name) =>
        obj?[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : "";
}
