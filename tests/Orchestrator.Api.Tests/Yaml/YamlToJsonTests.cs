using System.Text;
using Orchestrator.Api.Yaml;
using Xunit;

namespace Orchestrator.Api.Tests.Yaml;

public sealed class YamlToJsonTests
{
    [Theory]
    [InlineData("a: 1", """{"a":1}""")]
    [InlineData("a: '1'", """{"a":"1"}""")]
    [InlineData("a: yes\nb: off\nc: n", """{"a":true,"b":false,"c":false}""")]
    [InlineData("a: ~\nb:\nc: null", """{"a":null,"b":null,"c":null}""")]
    [InlineData("mode: 0644\nhex: 0x1F\nbits: 0b11\nbig: 1_000", """{"mode":420,"hex":31,"bits":3,"big":1000}""")]
    [InlineData("a: 09", """{"a":9}""")]
    [InlineData("a: 1.5\nb: 1e3\nc: -0.25", """{"a":1.5,"b":1000,"c":-0.25}""")]
    [InlineData("a: 2026-01-01\nb: 1.2.3\nc: 100m", """{"a":"2026-01-01","b":"1.2.3","c":"100m"}""")]
    [InlineData("a: !!str 1", """{"a":"1"}""")]
    [InlineData("1: a\ntrue: b", """{"1":"a","true":"b"}""")]
    [InlineData("a: &x {k: v}\nb: *x", """{"a":{"k":"v"},"b":{"k":"v"}}""")]
    [InlineData("base: &x {k: v, l: w}\nb:\n  <<: *x\n  k: own", """{"base":{"k":"v","l":"w"},"b":{"k":"own","l":"w"}}""")]
    [InlineData("- a\n- [b, {c: d}]", """["a",["b",{"c":"d"}]]""")]
    [InlineData("a: |\n  line one\n  line two\n", """{"a":"line one\nline two\n"}""")]
    [InlineData("a: 1\n---\nb: 2", """{"a":1}""")]
    [InlineData("""{"a": "\u00e9", "b": [1, true]}""", """{"a":"é","b":[1,true]}""")]
    [InlineData("", "null")]
    [InlineData("# nothing", "null")]
    public void Yaml_means_what_upstream_takes_it_for(string yaml, string json) => Assert.Equal(json, Convert(yaml));

    [Theory]
    [InlineData("a: *x")]
    [InlineData("a: [")]
    [InlineData("a: b: c")]
    [InlineData("a: &x [*x]")]
    [InlineData("? [a]\n: b")]
    [InlineData("a: .nan")]
    [InlineData("<<: 1")]
    [InlineData("a: !!int x")]
    public void What_is_not_yaml_is_refused(string yaml)
    {
        var document = YamlToJson.Convert(Encoding.UTF8.GetBytes(yaml));
        Assert.Null(document.Json);
        Assert.StartsWith("error converting YAML to JSON: ", document.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_given_twice_is_reported_and_the_last_one_counts()
    {
        var document = YamlToJson.Convert("a: 1\nb:\n  c: 1\n  c: 2\n"u8);
        Assert.Equal("""{"a":1,"b":{"c":2}}""", Encoding.UTF8.GetString(document.Json!));
        Assert.Equal(["line 4: key \"c\" already set in map"], document.DuplicateKeys);
    }

    [Fact]
    public void Aliases_cannot_blow_a_document_up()
    {
        var yaml = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (var level = 1; level < 10; level++)
        {
            var previous = $"*a{level - 1}";
            yaml.Append($"a{level}: &a{level} [{string.Join(',', Enumerable.Repeat(previous, 10))}]\n");
        }

        Assert.Equal("error converting YAML to JSON: yaml: document contains excessive aliasing", YamlToJson.Convert(Encoding.UTF8.GetBytes(yaml.ToString())).Fault);
    }

    [Fact]
    public void Nesting_is_bounded() => Assert.Equal(
        "error converting YAML to JSON: yaml: exceeded max depth of 100",
        YamlToJson.Convert(Encoding.UTF8.GetBytes(new string('[', 150) + new string(']', 150))).Fault);

    private static string Convert(string yaml)
    {
        var document = YamlToJson.Convert(Encoding.UTF8.GetBytes(yaml));
        Assert.Null(document.Fault);
        return Encoding.UTF8.GetString(document.Json!);
    }
}
