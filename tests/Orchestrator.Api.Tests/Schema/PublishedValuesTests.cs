using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Tests.Schema;

public sealed class PublishedValuesTests
{
    private static readonly JsonObject Definitions = ReadDefinitions();

    public static TheoryData<string> Fields => [.. PublishedValues.FieldsWithWords.Concat(PublishedValues.FieldsWithDefaults).Distinct()];

    [Theory]
    [MemberData(nameof(Fields))]
    public void Every_field_named_here_is_one_of_the_api_and_takes_words(string field)
    {
        var (definition, name) = Split(field);

        var schema = Definitions[definition]?["properties"]?[name];

        Assert.NotNull(schema);
        var type = schema["items"] ?? schema["additionalProperties"] ?? schema;
        Assert.Contains((string?)type["type"], (string[])["string", "boolean"]);
    }

    [Fact]
    public void Words_are_listed_once_and_in_the_order_of_their_bytes()
    {
        Assert.All(PublishedValues.FieldsWithWords, field =>
        {
            var (definition, name) = Split(field);
            var words = PublishedValues.WordsOf(definition, name)!;
            Assert.NotEmpty(words);
            Assert.Equal(words.Distinct().Order(StringComparer.Ordinal), words);
        });
    }

    [Fact]
    public void A_default_is_one_of_the_words()
    {
        Assert.All(PublishedValues.FieldsWithDefaults, field =>
        {
            var (definition, name) = Split(field);
            if (PublishedValues.WordsOf(definition, name) is { } words)
            {
                Assert.Contains((string?)PublishedValues.DefaultOf(definition, name), words);
            }
        });
    }

    [Theory]
    [InlineData("io.k8s.api.core.v1.PodSpec", "restartPolicy", "Always,Never,OnFailure")]
    [InlineData("io.k8s.api.core.v1.Container", "restartPolicy", null)]
    [InlineData("com.example.core.v1.PodSpec", "restartPolicy", null)]
    [InlineData("io.k8s.api.core.v1.PersistentVolumeSpec", "accessModes", "ReadOnlyMany,ReadWriteMany,ReadWriteOnce,ReadWriteOncePod")]
    public void Words_belong_to_one_field_of_one_definition(string definition, string field, string? expected)
    {
        var words = PublishedValues.WordsOf(definition, field);

        Assert.Equal(expected, words is null ? null : string.Join(',', words));
    }

    [Fact]
    public void Signals_are_those_of_upstream()
    {
        Assert.Equal(65, EnumTypes.Signal.Count);
        Assert.Equal(["SIGABRT", "SIGALRM"], EnumTypes.Signal.Take(2));
        Assert.Contains("SIGRTMIN+15", EnumTypes.Signal);
        Assert.DoesNotContain("SIGRTMAX-15", EnumTypes.Signal);
    }

    private static (string Definition, string Field) Split(string field)
    {
        var end = field.LastIndexOf('.');
        return (field[..end], field[(end + 1)..]);
    }

    private static JsonObject ReadDefinitions()
    {
        using var facts = OpenApiSchemas.OpenFacts();
        return JsonNode.Parse(facts)!["definitions"]!.AsObject();
    }
}
