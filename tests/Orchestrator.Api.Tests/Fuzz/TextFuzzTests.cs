using System.Text;
using System.Text.Json;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Protobuf;
using Orchestrator.Api.Quantities;
using Orchestrator.Api.Selectors;
using Orchestrator.Api.Yaml;

namespace Orchestrator.Api.Tests.Fuzz;

/// <summary>Decoders of texts: whatever comes is read or refused with a sentence, and what was read means the same when it is written and read again.</summary>
public sealed class TextFuzzTests
{
    private const string Yaml = """
        apiVersion: v1
        kind: Pod
        metadata: {name: x, labels: &l {a: "b", c: 'd'}}
        spec:
          containers:
          - name: c
            args: [1, 0x1F, 010, .inf, yes, ~, !!str 1, "\u0041", *l]
            command:
            - |
              line
            - >-
              folded
          <<: *l
        """;

    [Fact]
    public void YAML() => Fuzzing.Run(random =>
    {
        var read = YamlToJson.Convert(Mutations.Text(random, Yaml));

        Assert.True(read.Json is null ^ read.Fault is null);
        if (read.Json is { } json)
        {
            using var parsed = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = YamlToJson.MaxDepth + 1 });
        }
    });

    [Fact]
    public void Protobuf() => Fuzzing.Run(random =>
    {
        var valid = Convert.FromBase64String("azhzAAoVCgdhcHBzL3YxEgpEZXBsb3ltZW50ErYBCh8KA3dlYhIAGgAiACoAMgA4AEIAWgoKA2FwcBIDd2ViEoQBCAASDAoKCgNhcHASA3dlYhpqChwKABIAGgAiACoAMgA4AEIAWgoKA2FwcBIDd2Vi");
        for (var changes = random.Next(1, 6); changes > 0; changes--)
        {
            valid[random.Next(4, valid.Length)] = (byte)random.Next(256);
        }

        var (json, fault) = ProtobufToJson.Convert(valid.AsSpan(0, random.Next(valid.Length + 1)));
        Assert.True(json is null ^ fault is null);
    });

    [Fact]
    public void JSON_is_repaired_to_what_the_platform_can_read() => Fuzzing.Run(random =>
    {
        var bytes = JsonText.Repair(Mutations.Text(random, """{"a\ud83d\ude00":"\ud800 \\ud800 \udc00\ud800","b":["\u00e9\n"]}"""));

        Assert.Same(bytes, JsonText.Repair(bytes));
        var reader = new Utf8JsonReader(bytes);
        try
        {
            while (reader.Read())
            {
                _ = reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName ? reader.GetString() : null;
            }
        }
        catch (JsonException)
        {
            // It need not be JSON: then, and only then, the reader says so.
        }
    });

    [Fact]
    public void Label_selectors() => Fuzzing.Run(random =>
    {
        var text = Encoding.UTF8.GetString(Mutations.Text(random, "a=b,c!=d,e in (f,g),!h,i,example.com/j notin (k),l>1,m<2"));
        if (LabelSelector.Parse(text, out var selector) is null)
        {
            Assert.Null(LabelSelector.Parse(selector.ToString(), out var again));
            Assert.Equal(selector.ToString(), again.ToString());
            var labels = new Dictionary<string, string> { ["a"] = "b", ["i"] = "", ["l"] = "2" };
            Assert.Equal(selector.Matches(labels), again.Matches(labels));
        }
    });

    [Fact]
    public void Field_selectors() => Fuzzing.Run(random =>
    {
        var text = Encoding.UTF8.GetString(Mutations.Text(random, "metadata.name=a\\,b,status.phase!=Running,spec.x==\\\\y"));
        if (FieldSelector.Parse(text, out var selector) is null)
        {
            Assert.Null(FieldSelector.Parse(selector.ToString(), out var again));
            Assert.Equal(selector.ToString(), again.ToString());
        }
    });

    [Fact]
    public void Quantities() => Fuzzing.Run(random =>
    {
        string[] good = ["1", "-0.5", "1Ki", "12e6", "100m", "3.14159Gi", "1E-9", "7u", "999999999999999999P"];
        var text = Encoding.UTF8.GetString(Mutations.Text(random, good[random.Next(good.Length)]));
        if (Quantity.TryParse(text, out var quantity))
        {
            Assert.True(Quantity.TryParse((quantity + Quantity.Zero).ToString(), out var again), text);
            Assert.Equal(quantity, again);
        }
        else
        {
            Assert.NotNull(Quantity.Fault(text));
        }
    });
}
