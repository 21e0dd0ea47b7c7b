using System.Text;
using System.Text.Json;
using Orchestrator.Api.Registry;
using Orchestrator.Gateway.OpenApi;

namespace Orchestrator.Gateway.Tests.OpenApi;

public sealed class FieldDescriptionsTests
{
    private const string Documentation = """
        <doc><members>
          <member name="T:k8s.Models.V1Pod"><summary>
            Pod is a collection
            of containers.

            Second paragraph.
            </summary></member>
          <member name="P:k8s.Models.V1Pod.Spec"><summary> Wanted. </summary></member>
          <member name="T:k8s.Models.V1Namespace"><summary>N</summary></member>
          <member name="P:k8s.Models.V1Namespace.ApiVersion"><summary>The version.</summary></member>
          <member name="T:k8s.Models.CoreV1Event"><summary>Core's.</summary></member>
          <member name="T:k8s.Models.EventsV1Event"><summary>The other's.</summary></member>
          <member name="T:k8s.Models.V1Status"><summary>S</summary></member>
          <member name="P:k8s.Models.V1JSONSchemaProps.RefProperty"><summary>A reference.</summary></member>
          <member name="T:k8s.Models.V1JSONSchemaProps"><summary>J</summary></member>
          <member name="M:k8s.ICoreV1Operations.ListPodWithHttpMessagesAsync(System.String)">
            <summary>list</summary><param name = "continueParameter"> Where to
            go on. </param><param name = "watch">Stay.</param></member>
          <member name="M:k8s.ICoreV1Operations.OtherWithHttpMessagesAsync"><param name="watch">Something else.</param></member>
          <member name="M:k8s.Models.V1Pod.Validate"><summary>No model.</summary></member>
        </members></doc>
        """;

    private readonly FieldDescriptions descriptions = FieldDescriptions.Of(new MemoryStream(Encoding.UTF8.GetBytes(Documentation)));

    [Theory]
    [InlineData("io.k8s.api.core.v1.Pod", "Pod is a collection of containers.\n\nSecond paragraph.")]
    [InlineData("io.k8s.api.core.v1.Event", "Core's.")]
    [InlineData("io.k8s.api.events.v1.Event", "The other's.")]
    [InlineData("io.k8s.apimachinery.pkg.apis.meta.v1.Status", "S")]
    [InlineData("io.k8s.api.core.v2.Pod", null)]
    [InlineData("io.k8s.apimachinery.pkg.api.resource.Quantity", null)]
    [InlineData("com.example.v1.Pod", null)]
    public void Definitions_are_found_by_version_and_kind(string definition, string? expected) => Assert.Equal(expected, descriptions.OfDefinition(definition));

    [Theory]
    [InlineData("io.k8s.api.core.v1.Pod", "spec", "Wanted.")]
    [InlineData("io.k8s.api.core.v1.Pod", "status", null)]
    [InlineData("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps", "$ref", "A reference.")]
    [InlineData("com.example.v1.Widget", "apiVersion", "The version.")]
    [InlineData("com.example.v1.Widget", "spec", null)]
    [InlineData("io.k8s.storage.snapshot.v1.VolumeSnapshot", "apiVersion", "The version.")]
    [InlineData("io.k8s.storage.snapshot.v1.Pod", "spec", null)]
    public void Fields_are_found_by_their_definition(string definition, string field, string? expected) => Assert.Equal(expected, descriptions.OfField(definition, field));

    [Theory]
    [InlineData("continue", "Where to go on.")]
    [InlineData("watch", "Stay.")]
    [InlineData("nope", null)]
    public void Parameters_are_found_by_name(string parameter, string? expected) => Assert.Equal(expected, descriptions.OfParameter(parameter));

    /// <summary>A new version of the package, or new facts, may leave a few fields without a description, not many.</summary>
    [Fact]
    public void Nearly_every_field_of_the_served_kinds_is_described()
    {
        using var facts = new ApiFacts(KindRegistry.BuiltIn, isVersion3: true);
        var fields = KindRegistry.BuiltIn.All.Select(kind => kind.GroupVersionKind).Distinct()
            .SelectMany(kind => facts.DefinitionsOf(kind.Group, kind.Version, [])).Distinct(StringComparer.Ordinal)
            .SelectMany(name => facts.Definitions[name].TryGetProperty("properties", out var properties)
                ? properties.EnumerateObject().Select(property => (name, property.Name)) : [])
            .ToList();
        var silent = fields.Where(field => FieldDescriptions.Shipped.OfField(field.name, field.Name) is null).ToList();
        Assert.True(fields.Count > 1500, $"{fields.Count} fields");
        Assert.True(silent.Count * 50 < fields.Count, $"{silent.Count} of {fields.Count}: {string.Join(", ", silent)}");
    }
}
