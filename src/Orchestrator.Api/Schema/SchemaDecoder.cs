using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Api.Schema;

/// <summary>Reads a JSON document against its schema: keeps what the schema knows, in its types, and remarks on the rest.</summary>
/// <remarks>Upstream: sigs.k8s.io/json and apimachinery/pkg/runtime/serializer/json, strict and lenient. Null means absent, as in Go.</remarks>
public static class SchemaDecoder
{
    /// <summary>Nesting beyond this is refused as a syntax error.</summary>
    public const int MaxDepth = 100;

    /// <summary>Unknown and duplicate fields beyond this are not reported: upstream's bound on the length of the answer.</summary>
    internal const int MaxRemarks = 100;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = MaxDepth };

    /// <summary>Decodes the document.</summary>
    /// <param name="json">The document.</param>
    /// <param name="schema">Its schema.</param>
    /// <param name="keepEmpty">True: empty lists and maps are kept where Go's encoder would leave them out.</param>
    public static DecodedDocument Decode(ReadOnlySpan<byte> json, SchemaNode schema, bool keepEmpty = false) =>
        Decode(json, schema, new DecodeRun(keepEmpty));

    /// <summary>Decodes a document of which the schema knows the envelope alone, as custom resources are decoded: duplicate fields are remarked on everywhere,
    /// nulls are kept and numbers are written as Go writes them.</summary>
    internal static DecodedDocument DecodeUnstructured(ReadOnlySpan<byte> json, SchemaNode envelope) =>
        Decode(json, envelope, new DecodeRun(keepEmpty: false, isUnstructured: true));

    private static DecodedDocument Decode(ReadOnlySpan<byte> json, SchemaNode schema, DecodeRun run)
    {
        try
        {
            var reader = new Utf8JsonReader(json, Options);
            reader.Read();
            var root = run.ReadValue(ref reader, schema);
            if (run.Fault is null && reader.Read())
            {
                return Refused("invalid character after top-level value");
            }

            if (run.Fault is null && root is not JsonObject)
            {
                return Refused("json: cannot unmarshal " + DecodeRun.Describe(root) + " into Go value of type " + GoTypes.Name(schema));
            }

            return run.Fault is null ? new DecodedDocument((JsonObject)root!, null, run.Remarks) : Refused(run.Fault) with { FaultOfTree = run.FaultOfTree };
        }
        catch (JsonException fault)
        {
            return Refused(GoSyntaxErrors.Describe(fault, json));
        }
        catch (InvalidOperationException fault) when (fault.InnerException is ArgumentException || fault.Source == "System.Text.Json")
        {
            // The reader's way of saying that a string is not UTF-8 or has half a surrogate pair.
            return Refused("invalid UTF-8 in string literal");
        }
    }

    private static DecodedDocument Refused(string fault) => new(null, fault, []);
}
