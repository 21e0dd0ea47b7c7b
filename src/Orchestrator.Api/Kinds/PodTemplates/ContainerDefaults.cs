using System.Text.Json.Nodes;

namespace Orchestrator.Api.Kinds.PodTemplates;

/// <summary>The defaults of a container, its ports, environment, probes and hooks.</summary>
/// <remarks>Upstream: SetDefaults_Container, SetDefaults_Probe and SetDefaults_HTTPGetAction in pkg/apis/core/v1/defaults.go.</remarks>
internal static class ContainerDefaults
{
    private static readonly string[] Probes = ["livenessProbe", "readinessProbe", "startupProbe"];
    private static readonly string[] Hooks = ["postStart", "preStop"];

    /// <summary>Defaults one container.</summary>
    public static void Apply(JsonObject container)
    {
        container.DefaultText("imagePullPolicy", PullPolicy(container.Text("image")));
        container.DefaultText("terminationMessagePath", "/dev/termination-log");
        container.DefaultText("terminationMessagePolicy", "File");
        container.Ensure("resources");
        foreach (var port in container.Items("ports"))
        {
            port.DefaultText("protocol", "TCP");
        }

        foreach (var variable in container.Items("env"))
        {
            variable.Object("valueFrom").Object("fieldRef")?.DefaultText("apiVersion", "v1");
            variable.Object("valueFrom").Object("fileKeyRef")?.DefaultFlag("optional", false);
        }

        foreach (var name in Probes)
        {
            if (container.Object(name) is { } probe)
            {
                ApplyToProbe(probe);
            }
        }

        foreach (var name in Hooks)
        {
            ApplyToHttpGet(container.Object("lifecycle").Object(name).Object("httpGet"));
        }
    }

    /// <summary>An image without tag or with the tag latest is pulled each time; a tag or digest that names one image is not.</summary>
    public static string PullPolicy(string image)
    {
        var digest = image.IndexOf('@', StringComparison.Ordinal);
        var name = digest < 0 ? image : image[..digest];
        var colon = name.IndexOf(':', name.LastIndexOf('/') + 1);
        var tag = colon < 0 ? "" : name[(colon + 1)..];
        return tag == "latest" || (tag.Length == 0 && digest < 0) ? "Always" : "IfNotPresent";
    }

    private static void ApplyToProbe(JsonObject probe)
    {
        probe.DefaultNonZero("timeoutSeconds", 1);
        probe.DefaultNonZero("periodSeconds", 10);
        probe.DefaultNonZero("successThreshold", 1);
        probe.DefaultNonZero("failureThreshold", 3);
        ApplyToHttpGet(probe.Object("httpGet"));
        if (probe.Object("grpc") is { } grpc && !grpc.Has("service"))
        {
            grpc["service"] = "";
        }
    }

    private static void ApplyToHttpGet(JsonObject? action)
    {
        action?.DefaultText("path", "/");
        action?.DefaultText("scheme", "HTTP");
    }
}
