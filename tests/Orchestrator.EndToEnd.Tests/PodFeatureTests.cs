using Orchestrator.EndToEnd.Tests.Harness;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>Point 5: what pods are given and how they live.</summary>
public sealed class PodFeatureTests(ClusterFixture fixture)
{
    [Fact]
    public async Task ConfigMaps_and_Secrets_are_environment_and_volumes_and_follow_changes()
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        await kubectl.RunAsync("create configmap settings --from-literal=colour=red");
        await kubectl.RunAsync("create secret generic keys --from-literal=password=hunter2");
        await kubectl.ApplyAsync(Pods.Busybox("reader", "exec sleep 3600", """
            env:
            - {name: COLOUR, valueFrom: {configMapKeyRef: {name: settings, key: colour}}}
            - {name: ME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
            - {name: GREETING, value: "$(COLOUR) $(ME)"}
            envFrom:
            - secretRef: {name: keys}
            volumeMounts:
            - {name: settings, mountPath: /settings}
            - {name: keys, mountPath: /keys, readOnly: true}
            - {name: about, mountPath: /about}
            - {name: scratch, mountPath: /scratch}
            """, """
            volumes:
            - name: settings
              configMap: {name: settings}
            - name: keys
              secret: {secretName: keys, defaultMode: 0400}
            - name: about
              downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}
            - name: scratch
              emptyDir: {medium: Memory}
            """));
        await kubectl.UntilReadyAsync("pod/reader");
        Assert.Equal("red hunter2 red reader\n", await kubectl.RunAsync("exec reader --", "sh", "-c", "echo $COLOUR $password $GREETING"));
        Assert.Equal("red", await kubectl.RunAsync("exec reader -- cat /settings/colour"));
        Assert.Equal("hunter2", await kubectl.RunAsync("exec reader -- cat /keys/password"));
        Assert.Equal("app=\"reader\"", (await kubectl.RunAsync("exec reader -- cat /about/labels")).Trim());
        Assert.Contains("tmpfs", await kubectl.RunAsync("exec reader -- grep /scratch /proc/mounts"), StringComparison.Ordinal);
        await kubectl.RunAsync("patch configmap settings -p", """{"data":{"colour":"blue"}}""");
        await Until.AsWantedAsync("the volume follows", () => kubectl.RunAsync("exec reader -- cat /settings/colour"), colour => colour == "blue", 100);
    }

    [Fact]
    public async Task Init_containers_run_first_and_sidecars_run_beside()
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        await kubectl.ApplyAsync(Pods.Busybox("staged", "cat /work/first /work/beside; exec sleep 3600", """
            volumeMounts:
            - {name: work, mountPath: /work}
            """, """
            volumes:
            - {name: work, emptyDir: {}}
            initContainers:
            - name: first
              image: orchestrator.local/busybox:1
              command: [sh, -c, "echo first > /work/first"]
              volumeMounts: [{name: work, mountPath: /work}]
            - name: beside
              image: orchestrator.local/busybox:1
              restartPolicy: Always
              command: [sh, -c, "echo beside > /work/beside; exec sleep 3600"]
              startupProbe: {exec: {command: [test, -e, /work/beside]}, periodSeconds: 1}
              volumeMounts: [{name: work, mountPath: /work}]
            """));
        await kubectl.UntilReadyAsync("pod/staged");
        Assert.Equal("first\nbeside\n", await kubectl.RunAsync("logs staged -c main"));
        Assert.Contains("2/2", await kubectl.RunAsync("get pod staged"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probes_restart_and_hooks_run()
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        await kubectl.ApplyAsync(Pods.Busybox("probed", "touch /tmp/alive; exec sleep 3600", """
            livenessProbe: {exec: {command: [test, -e, /tmp/alive]}, periodSeconds: 1, failureThreshold: 1}
            lifecycle:
              postStart: {exec: {command: [touch, /tmp/started]}}
              preStop: {exec: {command: [sh, -c, "echo bye > /out/stopped"]}}
            volumeMounts:
            - {name: out, mountPath: /out}
            """, """
            volumes:
            - {name: out, emptyDir: {}}
            """));
        await kubectl.UntilReadyAsync("pod/probed");
        await kubectl.RunAsync("exec probed -- test -e /tmp/started");
        await kubectl.RunAsync("exec probed -- rm /tmp/alive");
        await kubectl.UntilFieldAsync("pod probed", ".status.containerStatuses[0].restartCount", "1");
        await kubectl.UntilReadyAsync("pod/probed");
        Assert.Equal("bye\n", await kubectl.RunAsync("exec probed -- cat /out/stopped"));
        Assert.Contains("Liveness probe failed", await kubectl.RunAsync("get events --field-selector involvedObject.name=probed"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tcpSocket: {port: 8080}", "true")]
    [InlineData("httpGet: {path: /absent, port: 8080}", "false")]
    public async Task Startup_probes_decide_whether_a_container_has_started(string probe, string started)
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        await kubectl.ApplyAsync($$"""
            apiVersion: v1
            kind: Pod
            metadata: {name: starter}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - name: main
                image: orchestrator.local/web:1
                startupProbe:
                  {{probe}}
                  periodSeconds: 1
                  failureThreshold: 30
            """);
        await kubectl.UntilFieldAsync("pod starter", ".status.phase", "Running");
        await kubectl.UntilFieldAsync("pod starter", ".status.containerStatuses[0].started", started);
    }

    [Fact]
    public async Task Resources_are_limits_of_the_pods_cgroup()
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        await kubectl.ApplyAsync(Pods.Busybox("limited", "exec sleep 3600", "resources: {requests: {cpu: 100m, memory: 32Mi}, limits: {cpu: 200m, memory: 64Mi}}"));
        await kubectl.UntilReadyAsync("pod/limited");
        Assert.Equal("Burstable", await kubectl.FieldAsync("pod limited", ".status.qosClass"));
        var uid = await kubectl.FieldAsync("pod limited", ".metadata.uid");
        var groups = Directory.GetDirectories("/sys/fs/cgroup", "pod" + uid, SearchOption.AllDirectories);
        Assert.Contains(groups, path => path.Contains("/kubepods/burstable/", StringComparison.Ordinal));
        var limit = await kubectl.RunAsync("exec limited --", "sh", "-c", "cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max");
        Assert.Equal("67108864", limit.Trim());
        await kubectl.RunAsync("delete pod limited --grace-period=1");
        await Until.AsWantedAsync("the cgroup is gone", () => Task.FromResult(Directory.GetDirectories("/sys/fs/cgroup", "pod" + uid, SearchOption.AllDirectories).Length), left => left == 0, 30);
    }

    [Fact]
    public async Task The_security_context_is_kept()
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        await kubectl.ApplyAsync(Pods.Busybox("guarded", "exec sleep 3600", """
            securityContext:
              runAsUser: 1000
              runAsGroup: 2000
              readOnlyRootFilesystem: true
              allowPrivilegeEscalation: false
              capabilities: {drop: [ALL]}
              seccompProfile: {type: RuntimeDefault}
            """, "securityContext: {fsGroup: 3000}"));
        await kubectl.UntilReadyAsync("pod/guarded");
        Assert.StartsWith("uid=1000 gid=2000 groups=", await kubectl.RunAsync("exec guarded -- id"), StringComparison.Ordinal);
        Assert.NotEqual(0, (await kubectl.TryAsync("exec guarded -- touch /x")).Code);
        var status = await kubectl.RunAsync("exec guarded -- cat /proc/1/status");
        Assert.Contains("NoNewPrivs:\t1", status, StringComparison.Ordinal);
        Assert.Contains("Seccomp:\t2", status, StringComparison.Ordinal);
        Assert.Contains("CapEff:\t0000000000000000", status, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_gets_the_time_to_stop_that_it_asks_for()
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        await kubectl.ApplyAsync(Pods.Busybox("polite", "trap 'sleep 1; exit 0' TERM; while :; do sleep 0.1; done").Replace("terminationGracePeriodSeconds: 1", "terminationGracePeriodSeconds: 30", StringComparison.Ordinal));
        await kubectl.UntilReadyAsync("pod/polite");
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        await kubectl.RunAsync("delete pod polite");
        Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalSeconds, 1, 15);
    }

    [Fact]
    public async Task A_namespace_goes_with_all_that_is_in_it()
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        await kubectl.RunAsync("create deployment inside --image=orchestrator.local/web:1");
        await kubectl.RunAsync("create configmap inside --from-literal=a=b");
        await kubectl.UntilRolledOutAsync("deployment/inside");
        await kubectl.RunAsync($"delete namespace {kubectl.Namespace} --timeout=60s");
        Assert.Contains("NotFound", (await fixture.Cluster.Kubectl("default").TryAsync($"get namespace {kubectl.Namespace}")).Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("background", 0)]
    [InlineData("foreground", 0)]
    [InlineData("orphan", 1)]
    public async Task Owners_take_what_they_own_with_them_or_leave_it(string cascade, int left)
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        await kubectl.RunAsync("create deployment owner --image=orchestrator.local/web:1");
        await kubectl.UntilRolledOutAsync("deployment/owner");
        await kubectl.RunAsync($"delete deployment owner --cascade={cascade} --timeout=60s");
        await Until.AsWantedAsync(
            "replica sets left", async () => (await kubectl.RunAsync("get replicasets -o name")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, count => count == left);
    }

    [Fact]
    public async Task A_host_path_is_mounted_and_a_pod_that_ends_has_a_phase()
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        var directory = Directory.CreateTempSubdirectory("orc-e2e-host-").FullName;
        try
        {
            await kubectl.ApplyAsync(Pods.Busybox("writer", "echo written > /host/file", "volumeMounts:\n- {name: host, mountPath: /host}",
                $"restartPolicy: Never\nvolumes:\n- name: host\n  hostPath:\n    path: {directory}"));
            await kubectl.UntilFieldAsync("pod writer", ".status.phase", "Succeeded");
            Assert.Equal("written\n", await File.ReadAllTextAsync(Path.Combine(directory, "file"), TestContext.Current.CancellationToken));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
