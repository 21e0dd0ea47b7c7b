using System.Globalization;
using System.Text.Json.Nodes;

namespace Orchestrator.EndToEnd.Tests.Conversion;

/// <summary>A kind in three versions with the same content in other words: v1 is stored, and has <c>hostPort</c>; v2 has <c>host</c> and <c>port</c>; v3 an <c>address</c> of both.</summary>
internal static class Gadgets
{
    /// <summary>The definition in a group of its own.</summary>
    public static string Definition(string group, string url, string caBundle) => """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata:
          name: gadgets.(group)
        spec:
          group: (group)
          scope: Namespaced
          names: {plural: gadgets, singular: gadget, kind: Gadget}
          conversion:
            strategy: Webhook
            webhook:
              conversionReviewVersions: [v1]
              clientConfig: {url: "(url)", caBundle: (ca)}
          versions:
          - name: v1
            served: true
            storage: true
            schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {hostPort: {type: string}}}}}}
          - name: v2
            served: true
            storage: false
            schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {host: {type: string}, port: {type: integer}}}}}}
          - name: v3
            served: true
            storage: false
            schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {address: {type: object, properties: {host: {type: string}, port: {type: integer}}}}}}}}
        """.Replace("(group)", group, StringComparison.Ordinal).Replace("(url)", url, StringComparison.Ordinal).Replace("(ca)", caBundle, StringComparison.Ordinal);

    /// <summary>An object.</summary>
    public static JsonObject Make(string group, string version, string name, string host, int port, string color = "red") => new()
    {
        ["apiVersion"] = $"{group}/{version}",
        ["kind"] = "Gadget",
        ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { ["color"] = color } },
        ["spec"] = Spec(version, host, port),
    };

    /// <summary>The content in the words of a version.</summary>
    public static JsonObject Spec(string version, string host, int port) => version switch
    {
        "v1" => new JsonObject { ["hostPort"] = string.Create(CultureInfo.InvariantCulture, $"{host}:{port}") },
        "v2" => new JsonObject { ["host"] = host, ["port"] = port },
        _ => new JsonObject { ["address"] = new JsonObject { ["host"] = host, ["port"] = port } },
    };

    /// <summary>The object in another version, as the webhook makes it.</summary>
    public static JsonObject Convert(JsonObject obj, string apiVersion)
    {
        var spec = obj["spec"] as JsonObject ?? [];
        var inner = spec["address"] as JsonObject ?? spec;
        var parts = ((string?)spec["hostPort"])?.Split(':') ?? [(string?)inner["host"] ?? "", ((int?)inner["port"] ?? 0).ToString(CultureInfo.InvariantCulture)];
        obj["apiVersion"] = apiVersion;
        obj["spec"] = Spec(apiVersion.Split('/')[1], parts[0], int.Parse(parts[1], CultureInfo.InvariantCulture));
        return obj;
    }
}
