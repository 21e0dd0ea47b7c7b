using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources;
using Orchestrator.Api.CustomResources.Schemas;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Tests.CustomResources;

/// <summary>Definitions and schemas written as JSON.</summary>
internal static class Definitions
{
    public static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();

    public static StructuralSchema Parsed(string text) => StructuralSchema.Read(Json(text));

    /// <summary>An established definition of widgets.a.b.</summary>
    /// <param name="versions">Its versions, the list's content.</param>
    /// <param name="conversion">spec.conversion.</param>
    public static CustomDefinition Established(string versions, string conversion = """{"strategy":"None"}""") => CustomDefinition.Read(new StoredObject(
        new ObjectKey("apiextensions.k8s.io", "customresourcedefinitions", "", "widgets.a.b"),
        new Revision(3),
        System.Text.Encoding.UTF8.GetBytes($$$"""
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"resourceVersion":"3","name":"widgets.a.b"},
            "spec":{"group":"a.b","scope":"Namespaced","names":{"plural":"widgets","singular":"widget","kind":"Widget","listKind":"WidgetList"},"versions":[{{{versions}}}],"conversion":{{{conversion}}}},
            "status":{"acceptedNames":{"plural":"widgets","singular":"widget","kind":"Widget","listKind":"WidgetList"},"storedVersions":["v1"],
            "conditions":[{"type":"NamesAccepted","status":"True"},{"type":"Established","status":"True"}]}}
            """)));

    /// <summary>A version that is served and stored.</summary>
    public static string Version(string name, string schema, string more = "", bool isStorage = true) =>
        $$"""{"name":"{{name}}","served":true,"storage":{{(isStorage ? "true" : "false")}},"schema":{"openAPIV3Schema":{{schema}}}{{more}}}""";
}
