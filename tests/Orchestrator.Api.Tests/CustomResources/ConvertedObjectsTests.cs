using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources;
using Xunit;

namespace Orchestrator.Api.Tests.CustomResources;

/// <summary>What a conversion webhook may make of an object.</summary>
public sealed class ConvertedObjectsTests
{
    private const string Original = """{"apiVersion":"g/v1","kind":"K","metadata":{"name":"n","namespace":"s","uid":"u","labels":{"a":"b"},"finalizers":["f/f"]}}""";

    [Theory]
    [InlineData("""{"apiVersion":"g/v2","kind":"K","metadata":{"name":"n","namespace":"s","uid":"u"}}""", null, null)]
    [InlineData("""{"apiVersion":"g/v2","kind":"K","metadata":{"name":"n","namespace":"s","uid":"u","labels":{"x":"y"},"annotations":{"p":"q"}}}""", 3, null)]
    [InlineData("null", null, "invalid object at index 0: it is no object")]
    [InlineData("""{"apiVersion":"g/v1","kind":"K"}""", null, "invalid object at index 0: invalid groupVersion (expected g/v2, received g/v1)")]
    [InlineData("""{"apiVersion":"g/v1","kind":"K"}""", 3, "invalid converted object at index 3: invalid groupVersion (expected g/v2, received g/v1)")]
    [InlineData("""{"apiVersion":"g/v2","kind":"L"}""", 3, "invalid converted object at index 3: invalid kind (expected K, received L)")]
    [InlineData("""{"apiVersion":"g/v2","kind":"K","metadata":{"name":"n","namespace":"t","uid":"u"}}""", null, "invalid object: must have the same namespace: s != t")]
    [InlineData("""{"apiVersion":"g/v2","kind":"K","metadata":{"name":"n","namespace":"s","uid":"v"}}""", 3, "invalid converted object at index 3: must have the same UID: u != v")]
    [InlineData("""{"apiVersion":"g/v2","kind":"K","metadata":{"name":"n","namespace":"s","uid":"u","annotations":"x"}}""", 3,
        "invalid metadata in object at index 3: invalid metadata.annotations of type string in converted object")]
    [InlineData("""{"apiVersion":"g/v2","kind":"K","metadata":{"name":"n","namespace":"s","uid":"u","labels":{"a":1.5}}}""", null,
        "invalid metadata: metadata.labels[a] must be a string, but is float64 in converted object")]
    public void Faults_are_told_in_upstreams_words(string converted, int? index, string? expected) =>
        Assert.Equal(expected, ConvertedObjects.Fault(Parse(Original)!, Parse(converted), "g/v2", index));

    [Fact]
    public void New_labels_must_be_labels_and_old_ones_may_stay()
    {
        const string broken = """{"apiVersion":"g/v2","kind":"K","metadata":{"name":"n","labels":{"a":"not a label"}}}""";
        Assert.StartsWith("invalid metadata: metadata.labels: Invalid value: \"not a label\"",
            ConvertedObjects.Fault(Parse("""{"kind":"K","metadata":{"name":"n"}}""")!, Parse(broken), "g/v2", null), StringComparison.Ordinal);
        Assert.Null(ConvertedObjects.Fault(Parse(broken)!, Parse(broken), "g/v2", null));
    }

    [Theory]
    [InlineData("""{"metadata":{"labels":{"x":"y"},"finalizers":["other/one"],"name":"m"}}""", """{"name":"n","namespace":"s","uid":"u","finalizers":["f/f"],"labels":{"x":"y"}}""")]
    [InlineData("""{"metadata":{}}""", """{"name":"n","namespace":"s","uid":"u","finalizers":["f/f"]}""")]
    public void All_metadata_but_labels_and_annotations_is_given_back(string converted, string expected)
    {
        var obj = Parse(converted)!;
        ConvertedObjects.RestoreMetadata(Parse(Original)!, obj);
        Assert.Equal(expected, obj["metadata"]!.ToJsonString());
    }

    private static JsonObject? Parse(string json) => JsonNode.Parse(json) as JsonObject;
}
