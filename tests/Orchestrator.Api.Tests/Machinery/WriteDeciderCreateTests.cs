using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Xunit;
using static Orchestrator.Api.Tests.Machinery.DeciderFixture;

namespace Orchestrator.Api.Tests.Machinery;

public sealed class WriteDeciderCreateTests
{
    private readonly DeciderFixture cluster = new();

    [Fact]
    public void A_new_object_gets_its_identity_and_canonical_order() => Assert.Equal(
        """{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"cm","namespace":"default","uid":"11111111-2222-3333-4444-555555555555","creationTimestamp":"2026-03-01T12:00:00Z","labels":{"a":"b"},"managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"v1","time":"2026-03-01T12:00:00Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:k":{}},"f:metadata":{"f:labels":{".":{},"f:a":{}}}}}]},"data":{"k":"v"}}""",
        Document(cluster.Create(ConfigMap, """{"data":{"k":"v"},"metadata":{"labels":{"a":"b"},"name":"cm","creationTimestamp":null},"apiVersion":"v1","kind":"ConfigMap"}""")).ToJsonString());

    [Fact]
    public void A_counted_kind_starts_at_generation_one_without_status()
    {
        var created = Document(cluster.Create(Deployment, """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","generation":9},"spec":{"replicas":2},"status":{"replicas":5}}"""));
        Assert.Equal(1, created["metadata"]!["generation"]!.GetValue<int>());
        Assert.Equal("{}", created["status"]!.ToJsonString());
    }

    [Theory]
    [InlineData("""{"metadata":{"name":"cm","resourceVersion":"1"}}""", 500, "resourceVersion should not be set on objects to be created")]
    [InlineData("""{"metadata":{"name":"cm","namespace":"elsewhere"}}""", 400, "the namespace of the provided object does not match the namespace sent on the request")]
    [InlineData("""{"apiVersion":"v2","kind":"ConfigMap"}""", 400, "ConfigMap in version \"v2\" cannot be handled as a ConfigMap: no kind \"ConfigMap\" is registered for version \"v2\" in scheme \"pkg/api/legacyscheme/scheme.go:30\"")]
    [InlineData("""{"apiVersion":"v1","kind":"Secret"}""", 400, "Secret in version \"v1\" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion")]
    [InlineData("{this is not json", 400, "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: invalid character 't' looking for beginning of object key string ({this is not json)")]
    [InlineData("", 400, "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)")]
    [InlineData("""{"metadata":{"finalizers":["nodomain"]}}""", 422, "ConfigMap \"cm\" is invalid: metadata.finalizers[0]: Invalid value: \"nodomain\": name is neither a standard finalizer name nor is it fully qualified")]
    [InlineData("""{"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"p"}]}}""", 422, "ConfigMap \"cm\" is invalid: metadata.ownerReferences.uid: Invalid value: \"\": must not be empty")]
    [InlineData("""{"metadata":{"labels":{"bad key!":"v"}}}""", 422, "ConfigMap \"cm\" is invalid: metadata.labels: Invalid value: \"bad key!\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')")]
    public void Faults_are_told_as_upstream_tells_them(string json, int code, string message)
    {
        var failure = Failure(cluster.Create(ConfigMap, json));
        Assert.Equal((code, message), (failure.Code, failure.Message));
    }

    [Theory]
    [InlineData("Strict", """{"data":{"a":"1","a":"2"}}""", "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: duplicate field \"data.a\"")]
    [InlineData("Strict", """{"bogus":1,"metadata":{"foo":2}}""", "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: unknown field \"bogus\", unknown field \"metadata.foo\"")]
    public void Strict_field_validation_refuses(string validation, string json, string message)
    {
        cluster.Options = cluster.Options with { FieldValidation = validation };
        Assert.Equal(message, Failure(cluster.Create(ConfigMap, json)).Message);
    }

    [Theory, InlineData("Warn", 1), InlineData("Ignore", 0)]
    public void Lenient_field_validation_prunes(string validation, int warnings)
    {
        cluster.Options = cluster.Options with { FieldValidation = validation };
        var decision = cluster.Create(ConfigMap, """{"bogus":1}""");
        Assert.Equal(warnings, decision.Warnings.Count);
        Assert.Null(Document(decision)["bogus"]);
    }

    [Fact]
    public void An_event_of_the_newer_group_is_stored_as_a_core_event()
    {
        cluster.Options = cluster.Options with { Version = "events.k8s.io/v1" };
        var stored = Document(cluster.Create(new ObjectKey("", "events", "default", "e"),
            """{"apiVersion":"events.k8s.io/v1","kind":"Event","metadata":{"name":"e"},"regarding":{"kind":"Pod"},"note":"hello"}"""));
        Assert.Equal(("v1", "hello", "Pod"), (stored["apiVersion"]!.GetValue<string>(), stored["message"]!.GetValue<string>(), stored["involvedObject"]!["kind"]!.GetValue<string>()));
    }
}
