using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Registry;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Machinery;

/// <summary>Reads the body of a request as an object of the expected kind.</summary>
/// <remarks>Upstream: apiserver/pkg/endpoints/handlers/create.go and transformDecodeError.</remarks>
public static class ObjectDecoder
{
    /// <summary>How much of an unrecognisable body an answer shows.</summary>
    private const int SummaryLength = 30;

    /// <summary>Decodes a body.</summary>
    /// <param name="body">The JSON.</param>
    /// <param name="expected">The kind that the path asks for.</param>
    /// <param name="schema">Its schema.</param>
    /// <param name="fieldValidation">Strict: unknown and duplicate fields are refused; Warn: they are remarked on; else ignored.</param>
    /// <param name="keepEmpty">True: empty lists and maps count as said, as in an applied configuration; else they are the same as absent ones.</param>
    public static DecodedObject Decode(
        ReadOnlySpan<byte> body, GroupVersionKind expected, SchemaNode schema, string fieldValidation, bool keepEmpty = false)
    {
        if (TypeFault(body, expected) is { } refused)
        {
            return new DecodedObject(null, refused, []);
        }

        var decoded = SchemaDecoder.Decode(body, schema, keepEmpty);
        if (decoded.Fault is { } fault)
        {
            return Refused(expected, fault);
        }

        if (fieldValidation == "Strict" && decoded.Remarks.Count > 0)
        {
            return Refused(expected, "strict decoding error: " + string.Join(", ", decoded.Remarks));
        }

        var obj = decoded.Object!;
        obj["kind"] = expected.Kind;
        obj["apiVersion"] = expected.ApiVersion;
        return new DecodedObject(obj, null, fieldValidation == "Warn" ? decoded.Remarks : []);
    }

    /// <summary>The answer to a custom resource that cannot be read: JSON at fault, or an object that does not say what it is.</summary>
    internal static DecodedObject Unreadable(ReadOnlySpan<byte> body, GroupVersionKind expected, string fault, bool isUnrecognized = false) =>
        isUnrecognized || body.Length == 0 || body[0] != '{'
            ? new DecodedObject(null, Unrecognised(body, expected, fault), [])
            : Refused(expected, fault);

    internal static DecodedObject Refused(GroupVersionKind expected, string fault) =>
        new(null, CannotBeHandled(expected.Kind, expected.Version, expected.Kind, fault), []);

    private static ApiStatus CannotBeHandled(string kind, string version, string expected, string fault) =>
        Statuses.BadRequest($"{kind} in version {GoText.Quote(version)} cannot be handled as a {expected}: {fault}");

    /// <summary>Looks for kind and apiVersion first: what they say decides how the rest is read. Missing ones are those of the path.</summary>
    private static ApiStatus? TypeFault(ReadOnlySpan<byte> body, GroupVersionKind expected)
    {
        var (kind, apiVersion) = (expected.Kind, expected.ApiVersion);
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = SchemaDecoder.MaxDepth });
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isKind = reader.ValueTextEquals("kind"u8);
                var isVersion = reader.ValueTextEquals("apiVersion"u8);
                reader.Read();
                if ((isKind || isVersion) && reader.TokenType == JsonTokenType.String && reader.GetString() is { Length: > 0 } text)
                {
                    (kind, apiVersion) = isKind ? (text, apiVersion) : (kind, text);
                }

                reader.Skip();
            }
        }
        catch (JsonException fault)
        {
            return Unrecognised(body, expected, "couldn't get version/kind; json parse error: " + GoSyntaxErrors.Describe(fault, body));
        }

        return MismatchFault(kind, apiVersion, expected);
    }

    private static ApiStatus? MismatchFault(string kind, string apiVersion, GroupVersionKind expected)
    {
        if (kind == expected.Kind && apiVersion == expected.ApiVersion)
        {
            return null;
        }

        var version = apiVersion[(apiVersion.LastIndexOf('/') + 1)..];
        var group = apiVersion.Contains('/', StringComparison.Ordinal) ? apiVersion[..apiVersion.IndexOf('/', StringComparison.Ordinal)] : "";
        var given = KindRegistry.BuiltIn.Find(new GroupVersionKind(group, version, kind));
        if (given is null)
        {
            return CannotBeHandled(kind, version, expected.Kind,
                $"no kind {GoText.Quote(kind)} is registered for version {GoText.Quote(apiVersion)} in scheme \"pkg/api/legacyscheme/scheme.go:30\"");
        }

        return kind == expected.Kind && group == expected.Group
            ? Statuses.BadRequest($"the API version in the data ({apiVersion}) does not match the expected API version ({expected.ApiVersion})")
            : CannotBeHandled(kind, version, expected.Kind, $"converting ({version}.{kind}) to ({InternalName(expected)}): unknown conversion");
    }

    private static string InternalName(GroupVersionKind kind) => (kind.Group.Length == 0 ? "core" : kind.Group.Split('.')[0]) + "." + kind.Kind;

    private static ApiStatus Unrecognised(ReadOnlySpan<byte> body, GroupVersionKind expected, string fault)
    {
        var start = body[..Math.Min(body.Length, SummaryLength)];
        var shown = body.Length == 0 ? "<empty>" : body[0] == '{' ? Encoding.UTF8.GetString(start) : Convert.ToHexStringLower(start);
        var ellipsis = body.Length > SummaryLength ? " ..." : "";
        return Statuses.BadRequest($"the object provided is unrecognized (must be of type {expected.Kind}): {fault} ({shown}{ellipsis})");
    }
}

/// <summary>A body as an object of the expected kind, or why it is none.</summary>
/// <param name="Object">The object, in the version of the request.</param>
/// <param name="Failure">Why not.</param>
/// <param name="Warnings">Unknown and duplicate fields, when they are to be warned of.</param>
public sealed record DecodedObject(JsonObject? Object, ApiStatus? Failure, IReadOnlyList<string> Warnings);
