using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Libraries;

/// <summary>Base64.</summary>
/// <remarks>Upstream: ext/encoders.go of cel-go; a text without its padding is read too.</remarks>
internal static class EncodersLibrary
{
    public static void Declare(CelLibraryBuilder builder)
    {
        builder.Functions.Global("base64.encode", "base64_encode_bytes", [CelType.Bytes], CelType.String, static arguments => CelString.Of(Convert.ToBase64String(((CelBytes)arguments[0]).Value.Span)));
        builder.Functions.Global("base64.decode", "base64_decode_string", [CelType.String], CelType.Bytes, static arguments => Decode(((CelString)arguments[0]).Value));
    }

    private static CelValue Decode(string text)
    {
        var padded = text.Length % 4 is var rest && rest > 1 ? text + new string('=', 4 - rest) : text;
        var bytes = new byte[padded.Length];
        return Convert.TryFromBase64String(padded, bytes, out var length) ? new CelBytes(bytes.AsMemory(0, length)) : new CelError("illegal base64 data at input byte 0");
    }
}

/// <summary>Keys inside of JSON pointers.</summary>
/// <remarks>Upstream: pkg/cel/library/jsonpatch.go of the apiserver.</remarks>
internal static class JsonPatchLibrary
{
    public static void Declare(CelLibraryBuilder builder) =>
        builder.Functions.Global("jsonpatch.escapeKey", "string_jsonpatch_escapeKey_string", [CelType.String], CelType.String, static arguments =>
            CelString.Of(((CelString)arguments[0]).Value.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)));
}
