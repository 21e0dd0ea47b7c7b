using k8s.Models;

namespace Orchestrator.Agent.Probes;

/// <summary>Runs what a pod wants to happen after a container's start and before its end.</summary>
/// <remarks>Upstream: pkg/kubelet/lifecycle. How long a hook may take is the caller's to say, by the token: preStop has the pod's grace period,
/// postStart as long as the container runs.</remarks>
internal static class LifecycleHooks
{
    /// <summary>Runs one hook to its end.</summary>
    /// <exception cref="LifecycleHookException">It failed.</exception>
    public static async Task RunAsync(
        V1LifecycleHandler hook, V1Pod pod, V1Container container, string podIp, ExecProbe exec, TimeProvider clock, CancellationToken cancellationToken)
    {
        switch (hook)
        {
            case { Exec: { } action }:
                await ExecAsync([.. action.Command ?? []], pod, container, exec, cancellationToken);
                break;
            case { HttpGet: { } action }:
                await GetAsync(action, pod, container, podIp, cancellationToken);
                break;
            case { Sleep: { } action }:
                await Task.Delay(TimeSpan.FromSeconds(action.Seconds), clock, cancellationToken);
                break;
            default:
                // tcpSocket among them: the API has the field for older manifests only, and kubelet never ran it.
                throw new LifecycleHookException("Cannot run handler: invalid handler");
        }
    }

    private static async Task ExecAsync(IReadOnlyList<string> command, V1Pod pod, V1Container container, ExecProbe exec, CancellationToken cancellationToken)
    {
        var what = $"Exec lifecycle hook ([{string.Join(' ', command)}]) for Container \"{container.Name}\" in Pod \"{NameOf(pod)}\"";
        ExecOutcome outcome;
        try
        {
            outcome = await exec(command, TimeSpan.Zero, cancellationToken);
        }
        catch (IOException e)
        {
            throw new LifecycleHookException($"{what} failed - error: {e.Message}, message: \"\"", e);
        }

        if (outcome.TimedOut || outcome.ExitCode != 0)
        {
            var output = outcome.Output.Length <= ProbeOutcome.OutputLimit ? outcome.Output : outcome.Output[..ProbeOutcome.OutputLimit];
            throw new LifecycleHookException($"{what} failed - error: command '{string.Join(' ', command)}' exited with {outcome.ExitCode}: , message: \"{output}\"");
        }
    }

    /// <summary>Any answer will do: the hook only tells the container something.</summary>
    private static async Task GetAsync(V1HTTPGetAction action, V1Pod pod, V1Container container, string podIp, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await HttpCall.SendAsync(HttpCall.UriOf(action, container, podIp), action, cancellationToken);
            await HttpCall.ReadBodyAsync(response, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or FormatException)
        {
            var cause = e is FormatException ? e.Message : HttpCall.Describe(HttpCall.UriOf(action, container, podIp), e);
            throw new LifecycleHookException($"HTTP lifecycle hook ({action.Path}) for Container \"{container.Name}\" in Pod \"{NameOf(pod)}\" failed - error: {cause}, message: \"\"", e);
        }
    }

    private static string NameOf(V1Pod pod) => $"{pod.Metadata.Name}_{pod.Metadata.NamespaceProperty}({pod.Metadata.Uid})";
}
