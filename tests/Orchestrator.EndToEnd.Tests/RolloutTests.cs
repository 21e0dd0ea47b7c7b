using System.Globalization;
using Orchestrator.EndToEnd.Tests.Harness;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>Point 3: Deployments change their pods.</summary>
public sealed class RolloutTests(ClusterFixture fixture)
{
    private const string Manifest = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: app}
        spec:
          replicas: 3
          progressDeadlineSeconds: 600
          strategy:
            type: RollingUpdate
            rollingUpdate: {maxSurge: 1, maxUnavailable: 0}
          selector: {matchLabels: {app: app}}
          template:
            metadata: {labels: {app: app}}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - name: main
                image: orchestrator.local/web:1
                env: [{name: VERSION, value: "1"}]
                readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}
        """;

    [Fact]
    public async Task A_rolling_update_never_goes_below_and_never_above_and_can_be_undone()
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        await kubectl.ApplyAsync(Manifest);
        await kubectl.UntilRolledOutAsync("deployment/app");
        await kubectl.RunAsync("set env deployment/app VERSION=2");
        var rollout = kubectl.UntilRolledOutAsync("deployment/app");
        while (!rollout.IsCompleted)
        {
            var available = int.Parse(await kubectl.FieldAsync("deployment app", ".status.availableReplicas"), CultureInfo.InvariantCulture);
            Assert.InRange(available, 3, 4);

            // What is asked for: a replica set's status may lag behind its pods, and the sum of two such lags is no promise of anybody's.
            var asked = (await kubectl.FieldAsync("replicasets", ".items[*].spec.replicas")).Split(' ').Sum(count => int.Parse(count, CultureInfo.InvariantCulture));
            Assert.InRange(asked, 3, 4);
        }

        await rollout;
        Assert.Contains("2", await kubectl.RunAsync("rollout history deployment/app"), StringComparison.Ordinal);
        await kubectl.RunAsync("rollout undo deployment/app");
        await kubectl.UntilRolledOutAsync("deployment/app");
        Assert.Equal("1", await kubectl.FieldAsync("deployment app", ".spec.template.spec.containers[0].env[0].value"));
        await kubectl.RunAsync("rollout restart deployment/app");
        await kubectl.UntilRolledOutAsync("deployment/app");
    }

    [Fact]
    public async Task A_paused_rollout_waits_and_a_hopeless_one_is_told()
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        await kubectl.ApplyAsync(Manifest.Replace("600", "3", StringComparison.Ordinal));
        await kubectl.UntilRolledOutAsync("deployment/app");
        await kubectl.RunAsync("rollout pause deployment/app");
        await kubectl.RunAsync("set image deployment/app main=orchestrator.local/absent:1");
        await kubectl.UntilFieldAsync("deployment app", ".status.conditions[?(@.type==\"Progressing\")].reason", "DeploymentPaused");
        Assert.Equal(3, (await kubectl.RunAsync("get pods -o name")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        await kubectl.RunAsync("rollout resume deployment/app");
        await kubectl.UntilFieldAsync("deployment app", ".status.conditions[?(@.type==\"Progressing\")].reason", "ProgressDeadlineExceeded");
        Assert.Equal("3", await kubectl.FieldAsync("deployment app", ".status.availableReplicas"));
    }

    [Fact]
    public async Task Recreate_ends_the_old_before_it_begins_the_new()
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        await kubectl.ApplyAsync(Manifest.Replace("type: RollingUpdate", "type: Recreate", StringComparison.Ordinal)
            .Replace("    rollingUpdate: {maxSurge: 1, maxUnavailable: 0}\n", "", StringComparison.Ordinal));
        await kubectl.UntilRolledOutAsync("deployment/app");
        var old = (await kubectl.FieldAsync("pods", ".items[*].metadata.name")).Split(' ');
        await kubectl.RunAsync("set env deployment/app VERSION=2");
        var rollout = kubectl.UntilRolledOutAsync("deployment/app");
        while (!rollout.IsCompleted)
        {
            // A pod that has ended is no longer running, though its object may still be there. Upstream: oldPodsRunning.
            var names = (await kubectl.FieldAsync("pods --field-selector=status.phase=Running", ".items[*].metadata.name")).Split(' ', StringSplitOptions.RemoveEmptyEntries);
            Assert.False(names.Any(old.Contains) && names.Any(name => !old.Contains(name)), string.Join(' ', names));
        }

        await rollout;
    }
}
