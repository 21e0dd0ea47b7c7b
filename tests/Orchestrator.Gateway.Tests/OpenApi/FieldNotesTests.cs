using System.Text.Json;
using Orchestrator.Gateway.OpenApi;

namespace Orchestrator.Gateway.Tests.OpenApi;

public sealed class FieldNotesTests
{
    [Theory]
    [InlineData("io.k8s.api.core.v1.Anything", """{"type":"string"}""", true, "\"\"")]
    [InlineData("io.k8s.api.core.v1.Anything", """{"type":"string"}""", false, null)]
    [InlineData("io.k8s.api.core.v1.Anything", """{"type":"string","format":"byte"}""", true, null)]
    [InlineData("io.k8s.api.core.v1.Anything", """{"type":"integer","format":"int32"}""", true, "0")]
    [InlineData("io.k8s.api.core.v1.Anything", """{"type":"boolean"}""", true, "false")]
    [InlineData("io.k8s.api.core.v1.Anything", """{"type":"object"}""", true, null)]
    [InlineData("com.example.v1.Widget", """{"type":"string"}""", true, null)]
    [InlineData("io.k8s.storage.snapshot.v1.VolumeSnapshot", """{"type":"string"}""", true, null)]
    public void What_is_required_of_a_built_in_kind_has_the_zero_value_of_its_type(string definition, string schema, bool isRequired, string? expected)
    {
        using var fields = JsonDocument.Parse($$"""{"field":{{schema}}}""");

        var notes = FieldNotes.Of(FieldDescriptions.Shipped, definition, fields.RootElement.EnumerateObject().Single(), isRequired);

        Assert.Equal(expected, notes.Default?.ToJsonString());
    }

    [Theory]
    [InlineData("io.k8s.api.core.v1.Anything", """{"type":"array","items":{"type":"string"}}""", "\"\"")]
    [InlineData("com.example.v1.Widget", """{"type":"array","items":{"type":"string"}}""", null)]
    public void Elements_have_it_too(string definition, string schema, string? expected)
    {
        using var fields = JsonDocument.Parse($$"""{"field":{{schema}}}""");
        var field = fields.RootElement.EnumerateObject().Single();

        var notes = FieldNotes.Of(FieldDescriptions.Shipped, definition, field, isRequired: false).OfElements(field.Value.GetProperty("items"));

        Assert.Equal(expected, notes.Default?.ToJsonString());
    }
}
