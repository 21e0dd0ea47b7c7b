using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Orchestrator.EndToEnd.Tests.Harness;

/// <summary>The real kubectl, in one namespace.</summary>
public sealed class Kubectl(string kubeconfig, string cacheDirectory, string ns, string program = "kubectl")
{
    /// <summary>The namespace.</summary>
    public string Namespace => ns;

    /// <summary>The same with another kubectl.</summary>
    public Kubectl With(string otherProgram) => new(kubeconfig, cacheDirectory, ns, otherProgram);

    /// <summary>Runs a command line whose words are separated by blanks; further words are taken as they are.</summary>
    public Task<Ran> TryAsync(string line, params string[] words) => TryWithAsync(null, line, words);

    /// <summary>The same with an input.</summary>
    public Task<Ran> TryWithAsync(string? input, string line, params string[] words) =>
        Ran.RunAsync(program, Arguments(line, words), input, Environment(null));

    /// <summary>Runs it and expects that it succeeds.</summary>
    /// <returns>What it wrote.</returns>
    public async Task<string> RunAsync(string line, params string[] words) => Succeeded(await TryAsync(line, words), line);

    /// <summary>Runs it with an editor.</summary>
    public async Task<string> EditAsync(string editor, string line) =>
        Succeeded(await Ran.RunAsync(program, Arguments(line, []), null, Environment(editor)), line);

    /// <summary>Applies manifests.</summary>
    public async Task<string> ApplyAsync(string yaml) => Succeeded(await TryWithAsync(yaml, "apply -f -"), "apply:\n" + yaml);

    /// <summary>Reads an object.</summary>
    public async Task<JsonNode> GetAsync(string what) => JsonNode.Parse(await RunAsync($"get {what} -o json"))!;

    /// <summary>Reads one field.</summary>
    public Task<string> FieldAsync(string what, string path) => RunAsync($"get {what} -o", "jsonpath={" + path + "}");

    /// <summary>Waits until a field has a value.</summary>
    public Task<string> UntilFieldAsync(string what, string path, string value, int seconds = 60) =>
        Until.AsWantedAsync($"{what} {path} = {value}", async () => (await TryAsync($"get {what} -o", "jsonpath={" + path + "}")).Output, answer => answer == value, seconds);

    /// <summary>Waits until a pod is ready.</summary>
    public Task<string> UntilReadyAsync(string what, int seconds = 60) => RunAsync($"wait --for=condition=Ready {what} --timeout={seconds}s");

    /// <summary>Waits until a Deployment is as it should be.</summary>
    public Task<string> UntilRolledOutAsync(string deployment, int seconds = 90) => RunAsync($"rollout status {deployment} --timeout={seconds}s");

    /// <summary>Starts a command that goes on until it is killed.</summary>
    public Process Start(string line, params string[] words) => Ran.Start(program, Arguments(line, words), Environment(null));

    private static string Succeeded(Ran ran, string line) => ran.Code == 0 ? ran.Output : throw new InvalidOperationException($"kubectl {line}: {ran.Errors}{ran.Output}");

    private static IEnumerable<string> Arguments(string line, string[] words) =>
        line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Concat(words);

    private Dictionary<string, string> Environment(string? editor) => new()
    {
        ["KUBECONFIG"] = Path.Combine(cacheDirectory, ns + ".kubeconfig") is var own && File.Exists(own) ? own : kubeconfig,
        ["KUBECACHEDIR"] = cacheDirectory,
        ["HOME"] = cacheDirectory,
        ["KUBE_EDITOR"] = editor ?? "false",
    };
}
