using k8s;
using k8s.Models;
using Orchestrator.Agent.Pods;

namespace Orchestrator.Agent.Tests.Pods;

/// <summary>A pod, what the runtime has of it, and what the agent remembers: told in a few words, for tests of decisions.</summary>
internal sealed class PodScene
{
    private readonly List<RuntimeSandbox> _sandboxes = [];
    private readonly List<RuntimeContainer> _containers = [];
    private V1Pod _pod = PodTexts.Pod();

    public static DateTimeOffset Now { get; } = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public PodMemory Memory { get; } = new() { FirstSeen = Now.AddHours(-1) };

    /// <summary>The pod's spec and, as members of the object, anything else.</summary>
    public PodScene Spec(string spec, string metadata = "", string status = "")
    {
        _pod = KubernetesJson.Deserialize<V1Pod>(
            $$$"""{"metadata":{"namespace":"shop","name":"web-0","uid":"u-1"{{{Member(metadata)}}}},"spec":{{{spec}}},"status":{{{{status}}}}}""");
        return this;
    }

    public PodScene Sandbox(bool isReady = true, int attempt = 0)
    {
        _sandboxes.Insert(0, new RuntimeSandbox($"s{attempt}", attempt, isReady, Now.AddHours(-1), ["10.42.0.7"]));
        return this;
    }

    /// <summary>A container that runs; it has started up and is ready unless it is said to be new.</summary>
    public PodScene Running(string name, int attempt = 0, bool isProbed = true)
    {
        Add(name, RuntimeState.Running, attempt, 0, 0);
        if (isProbed)
        {
            Memory.Probes[Id(name, attempt)] = new ProbedContainer(Started: true, Ready: true);
        }

        return this;
    }

    /// <summary>A container that ended some seconds ago.</summary>
    public PodScene Exited(string name, int exitCode, int attempt = 0, int secondsAgo = 1, int backOffStep = 0)
    {
        Add(name, RuntimeState.Exited, attempt, exitCode, backOffStep, secondsAgo);
        return this;
    }

    public PodView View() => new()
    {
        Pod = _pod,
        Runtime = new PodRuntime(_sandboxes, _containers),
        Memory = Memory,
        Now = Now,
        HostIps = ["192.0.2.1"],
    };

    /// <summary>The plan, a word or two for each step.</summary>
    public string Plan()
    {
        var view = View();
        var plan = PodActions.Compute(view, PodStatuses.Of(view).IsOver);
        var due = plan.LookAgain is { } again ? $" then wait {(again - Now).TotalSeconds:0}" : "";
        return string.Join(", ", plan.Steps.Select(Words)) + due;
    }

    public static string Id(string name, int attempt) => $"{name}-{attempt}";

    private static string Words(PodStep step) => step switch
    {
        RunSandbox run => $"sandbox {run.Attempt}",
        StopSandbox stop => $"stop sandbox {stop.Id}",
        StartContainer start => $"start {start.Container.Name} {start.Attempt}",
        StopContainer stop => $"stop {stop.Name} in {stop.Grace.TotalSeconds:0}",
        RemoveContainer remove => $"remove {remove.Id}",
        RemoveSandbox remove => $"remove sandbox {remove.Id}",
        _ => "finish",
    };

    private void Add(string name, RuntimeState state, int attempt, int exitCode, int backOffStep, int secondsAgo = 0) => _containers.Insert(0, new RuntimeContainer
    {
        Id = Id(name, attempt),
        SandboxId = _sandboxes.Count > 0 ? _sandboxes[0].Id : "s0",
        Name = name,
        Attempt = attempt,
        State = state,
        CreatedAt = Now.AddMinutes(-5),
        StartedAt = Now.AddMinutes(-5),
        FinishedAt = state == RuntimeState.Exited ? Now.AddSeconds(-secondsAgo) : DateTimeOffset.UnixEpoch,
        ExitCode = exitCode,
        BackOffStep = backOffStep,
    });

    private static string Member(string text) => text.Length == 0 ? "" : "," + text;
}
