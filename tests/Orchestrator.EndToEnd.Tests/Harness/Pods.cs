namespace Orchestrator.EndToEnd.Tests.Harness;

/// <summary>Manifests that tests begin from.</summary>
public static class Pods
{
    /// <summary>A pod with one busybox container that runs a shell script.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="script">The script.</param>
    /// <param name="container">Further fields of the container, each line indented as here.</param>
    /// <param name="spec">Further fields of the pod.</param>
    public static string Busybox(string name, string script, string container = "", string spec = "") => $$"""
        apiVersion: v1
        kind: Pod
        metadata:
          name: {{name}}
          labels:
            app: {{name}}
        spec:
          terminationGracePeriodSeconds: 1
        {{Indent(spec, 2)}}
          containers:
          - name: main
            image: orchestrator.local/busybox:1
            command: [sh, -c]
            args:
            - |
        {{Indent(script, 6)}}
        {{Indent(container, 4)}}
        """;

    private static string Indent(string text, int blanks) =>
        string.Join('\n', text.Split('\n').Where(line => line.Length > 0).Select(line => new string(' ', blanks) + line));
}
