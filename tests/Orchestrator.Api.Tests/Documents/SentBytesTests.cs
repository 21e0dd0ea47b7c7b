using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Documents;
using Xunit;

namespace Orchestrator.Api.Tests.Documents;

/// <summary>Bytes that are kept as they were sent.</summary>
public sealed class SentBytesTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    [Theory]
    [InlineData("""{"a":1,"data":{"x":1}}""", """{ "x" : 1 }""", """ {"a":1,"data":{ "x" : 1 }}""")]
    [InlineData("""{"a":1,"data":{"x":1}}""", """{"x":1}""", """{"a":1,"data":{"x":1}}""")]
    [InlineData("""{"data":{"x":2},"z":1}""", """{"x": 1, "x": 2}""", """{"data":{"x":2},"z":1}""")]
    [InlineData("""{"a":1}""", """{ "x": 1 }""", """{"a":1}""")]
    public void They_stand_in_a_document_that_is_marked(string document, string sent, string expected)
    {
        var kept = SentBytes.Keep(Bytes(document), "data", Bytes(sent));
        Assert.Equal(expected, Text(kept));
        Assert.Equal(document, Text(SentBytes.Compact(kept)));
    }

    [Theory]
    [InlineData("{ \"a\" : [ 1 ,\t2 ]\r\n}", """{"a":[1,2]}""")]
    [InlineData("""{"a b": " <\\\" > & "}""", """{"a b":" \u003c\\\" \u003e \u0026 "}""")]
    [InlineData("\"\u2028\u2029\u202A\"", "\"\\u2028\\u2029\u202A\"")]
    public void Gos_encoder_leaves_whitespace_out_and_escapes(string sent, string written) => Assert.Equal(written, Text(SentBytes.Reencoded(Bytes(sent))));

    [Fact]
    public void Whatever_is_kept_reads_the_same_when_it_is_compact_again()
    {
        var random = new Random(20261127);
        for (var round = 0; round < 500; round++)
        {
            var data = new JsonObject(Enumerable.Range(0, random.Next(5)).Select(i => KeyValuePair.Create<string, JsonNode?>(
                $"{i} {Letters(random)}", random.Next(3) == 0 ? new JsonArray(Letters(random), random.Next()) : JsonValue.Create(Letters(random)))));
            var compact = Bytes($$"""{"data":{{data.ToJsonString()}},"z":1}""");
            var kept = SentBytes.Keep(compact, "data", Bytes(data.ToJsonString(Indented)));
            Assert.Equal(Text(compact), Text(SentBytes.Compact(kept)));
        }
    }

    private static string Letters(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => "\"\\ \n\tab<é\u2028{}[]:,"[random.Next(16)]));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
