using Orchestrator.Cel.Json;
using Orchestrator.Cel.Libraries;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Tests;

/// <summary>What mutating admission policies construct.</summary>
public sealed class MutationTests
{
    private static readonly CelEnvironment Environment = CelEnvironment.Kubernetes.WithTypes(MutationTypes.Instance).WithLibraries(CelLibrary.JsonPatch).WithVariable("object", CelType.Dyn);

    [Theory]
    [InlineData("Object{spec: Object.spec{replicas: 3, paused: true}}", """{"spec":{"replicas":3,"paused":true}}""")]
    [InlineData("Object{metadata: Object.metadata{labels: {'a': 'b'}, ?name: optional.none()}}", """{"metadata":{"labels":{"a":"b"}}}""")]
    [InlineData("Object{spec: Object.spec{containers: [Object.spec.containers{name: 'c'}]}}", """{"spec":{"containers":[{"name":"c"}]}}""")]
    [InlineData("Object{spec: Object.spec{data: b'hi', at: timestamp('2024-01-01T00:00:00Z'), ratio: 1.5, nothing: null}}", """{"spec":{"data":"aGk=","at":"2024-01-01T00:00:00Z","ratio":1.5,"nothing":null}}""")]
    public void Apply_configurations(string expression, string json)
    {
        var result = CelCases.Run(CelCases.Program(expression, Environment));
        Assert.Equal(MutationTypes.ObjectType, CelCases.Program(expression, Environment).ResultType);
        Assert.Equal(json, CelJson.ToJson(result.Value!, out var error)!.ToJsonString());
        Assert.Null(error);
        Assert.Empty(MutationTypes.TypeNameErrors(result.Value!));
    }

    [Fact]
    public void Patches()
    {
        var program = CelCases.Program("[JSONPatch{op: 'add', path: '/metadata/labels/' + jsonpatch.escapeKey('a/b'), value: Object.spec{x: 1}}]", Environment);
        Assert.Equal(CelType.ListOf(MutationTypes.JsonPatchType), program.ResultType);
        var patch = Assert.IsType<CelObject>(((CelList)CelCases.Run(program).Value!)[0]);
        Assert.Equal("""{"op":"add","path":"/metadata/labels/a~1b","value":{"x":1}}""", CelJson.ToJson(patch, out _)!.ToJsonString());
        Assert.Equal("false", CelCases.Outcome("has(JSONPatch{op: 'add'}.path)", Environment));
        Assert.Equal("", CelCases.Outcome("JSONPatch{op: 'add'}.path", Environment));
    }

    [Theory]
    [InlineData("JSONPatch{op: 1}", "expected type of field 'op' is 'string' but provided type is 'int'")]
    [InlineData("JSONPatch{nope: 1}", "undefined field 'nope'")]
    [InlineData("Other{a: 1}", "undeclared reference to 'Other' (in container '')")]
    public void The_checker_knows_the_types(string expression, string expected) => Assert.Contains(expected, Environment.Compile(expression).Message, StringComparison.Ordinal);

    [Fact]
    public void A_type_name_that_does_not_match_its_path_is_found()
    {
        var result = CelCases.Run(CelCases.Program("Object{spec: Object.status{a: 1}}", Environment));
        Assert.Equal(["unexpected type name \"Object.status\", expected \"Object.spec\", which matches field name path from root Object type"], MutationTypes.TypeNameErrors(result.Value!));
    }
}
