using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Patching;
using Orchestrator.Api.Schema;
using Xunit;

namespace Orchestrator.Api.Tests.Patching;

/// <summary>Applies a patch and compares with the document, or with the code and message, that must come out.</summary>
internal static class PatchCheck
{
    internal delegate PatchResult Apply(JsonNode? current, ReadOnlyMemory<byte> patch, SchemaNode? schema);

    internal static readonly SchemaNode Pod = OpenApiSchemas.For(new GroupVersionKind("", "v1", "Pod"))!;
    internal static readonly SchemaNode Deployment = OpenApiSchemas.For(new GroupVersionKind("apps", "v1", "Deployment"))!;

    internal static void Makes(Apply apply, string current, string patch, string expected, SchemaNode? schema = null)
    {
        var before = JsonNode.Parse(current);
        var result = apply(before, Encoding.UTF8.GetBytes(patch), schema);
        Assert.Null(result.Failure?.Message);
        Assert.Equal(JsonNode.Parse(expected)?.ToJsonString(), result.Result?.ToJsonString());
        Assert.Equal(JsonNode.Parse(current)?.ToJsonString(), before?.ToJsonString());
    }

    internal static void Fails(Apply apply, string current, string patch, int code, string message, SchemaNode? schema = null)
    {
        var before = JsonNode.Parse(current);
        var result = apply(before, Encoding.UTF8.GetBytes(patch), schema);
        Assert.Equal((code, message), (result.Failure?.Code, result.Failure?.Message));
        Assert.Equal(JsonNode.Parse(current)?.ToJsonString(), before?.ToJsonString());
    }
}
