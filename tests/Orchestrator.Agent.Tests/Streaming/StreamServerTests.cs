using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Orchestrator.Agent.Streaming;
using Orchestrator.AgentProtocol;
using Xunit;

namespace Orchestrator.Agent.Tests.Streaming;

/// <summary>Logs, exec, attach and port-forward against a real containerd.</summary>
public sealed class StreamServerTests(PrivateContainerd containerd) : IClassFixture<PrivateContainerd>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_command_reads_its_input_to_the_end_and_its_output_comes_whole()
    {
        await using var run = await RunAsync("cat", "sleep 600");
        var content = new byte[3_000_000];
        new Random(7).NextBytes(content);
        var stream = await run.ExecAsync(stdin: true, "/bin/busybox", "cat");
        Assert.True((await stream.ReadAsync())!.Opened);
        var reading = stream.ReadAllAsync();
        foreach (var part in content.Chunk(30_000))
        {
            await stream.StdinAsync(part);
        }

        await stream.CloseStdinAsync();
        var (stdout, stderr, status) = await reading.WaitAsync(TimeSpan.FromSeconds(60), Token);
        Assert.True(content.AsSpan().SequenceEqual(stdout));
        Assert.Empty(stderr);
        Assert.Equal("Success", Text(status, "status"));
        await run.Gateway.SettleAsync();
    }

    [Fact]
    public async Task The_exit_code_and_both_outputs_arrive()
    {
        await using var run = await RunAsync("codes", "sleep 600");
        var stream = await run.ExecAsync(stdin: false, "/bin/busybox", "sh", "-c", "echo out; echo err >&2; exit 42");
        var (stdout, stderr, status) = await stream.ReadAllAsync();
        Assert.Equal(("out\n", "err\n"), (Encoding.UTF8.GetString(stdout), Encoding.UTF8.GetString(stderr)));
        using var parsed = JsonDocument.Parse(status);
        Assert.Equal("NonZeroExitCode", parsed.RootElement.GetProperty("reason").GetString());
        var cause = parsed.RootElement.GetProperty("details").GetProperty("causes")[0];
        Assert.Equal(("ExitCode", "42"), (cause.GetProperty("reason").GetString(), cause.GetProperty("message").GetString()));
    }

    [Fact]
    public async Task A_terminal_has_the_size_that_was_sent()
    {
        await using var run = await RunAsync("tty", "sleep 600");
        var wanted = new OpenStream { Container = "tty", Exec = new ExecStream { Tty = true, Stdin = true, Stdout = true } };
        wanted.Exec.Command.AddRange(["/bin/busybox", "sh"]);
        var stream = await run.Gateway.OpenAsync(wanted);
        await stream.SendAsync(new StreamFrame { Resize = new Resize { Width = 101, Height = 37 } });

        // The size goes another way than what is typed, and may come after it.
        await stream.StdinAsync("until /bin/busybox stty size | /bin/busybox grep 37; do /bin/busybox usleep 10000; done; exit 5\n"u8.ToArray());
        var (stdout, _, status) = await stream.ReadAllAsync();
        Assert.Contains("37 101", Encoding.UTF8.GetString(stdout), StringComparison.Ordinal);
        Assert.Contains("\"5\"", status, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_said_so()
    {
        await using var run = await RunAsync("none", "sleep 600");
        var (_, _, status) = await (await run.ExecAsync(stdin: false, "/no/such/program")).ReadAllAsync();
        Assert.Equal("Failure", Text(status, "status"));
        Assert.Contains("no such file or directory", Text(status, "message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_that_does_not_run_cannot_be_joined()
    {
        await using var run = await RunAsync("over", "sleep 600");
        run.Running = false;
        var (_, _, status) = await (await run.ExecAsync(stdin: false, "/bin/busybox", "id")).ReadAllAsync();
        Assert.Equal("Internal error occurred: unable to upgrade connection: container not found (\"over\")", Text(status, "message"));
    }

    [Fact]
    public async Task Attaching_joins_the_main_process()
    {
        await using var run = await RunAsync("attach", "read line; echo got $line; read -r x || true; exit 0", stdin: true);
        var stream = await run.Gateway.OpenAsync(new OpenStream { Container = "attach", Attach = new AttachStream { Stdin = true, Stdout = true, Stderr = true } });
        Assert.True((await stream.ReadAsync())!.Opened);
        await stream.StdinAsync("it\n"u8.ToArray());
        Assert.Equal("got it\n", (await stream.ReadAsync())!.Stdout.ToStringUtf8());
        await stream.CloseStdinAsync();
        Assert.Equal("Success", Text((await stream.ReadAllAsync()).Status, "status"));
    }

    [Fact]
    public async Task A_port_of_the_pod_is_reached_and_a_closed_one_is_told()
    {
        await using var run = await RunAsync("ports", "sleep 600");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var serving = Task.Run(async () =>
        {
            using var client = await listener.AcceptTcpClientAsync(Token);
            await client.GetStream().CopyToAsync(client.GetStream(), Token);
        }, Token);
        var stream = await run.Gateway.OpenAsync(new OpenStream { PortForward = new PortForwardStream { Port = port } });
        Assert.True((await stream.ReadAsync())!.Opened);
        await stream.StdinAsync(new byte[100_000]);
        var received = 0;
        while (received < 100_000)
        {
            received += (await stream.ReadAsync())!.Stdout.Length;
        }

        await stream.CloseStdinAsync();
        Assert.Equal("Success", Text((await stream.ReadAllAsync()).Status, "status"));
        await serving;
        listener.Stop();
        var closed = await run.Gateway.OpenAsync(new OpenStream { PortForward = new PortForwardStream { Port = port } });
        Assert.Contains("refused", Text((await closed.ReadAllAsync()).Status, "message"), StringComparison.Ordinal);
        await run.Gateway.SettleAsync();
    }

    [Fact]
    public async Task A_followed_log_ends_with_the_container()
    {
        await using var run = await RunAsync("log", "echo one; echo two >&2; read line; echo three", stdin: true);
        var stream = await run.Gateway.OpenAsync(new OpenStream { Container = "log", Logs = new LogStream { Follow = true, TailLines = -1 } });
        Assert.True((await stream.ReadAsync())!.Opened);
        var text = "";
        while (text.Length < 8)
        {
            text += (await stream.ReadAsync())!.Stdout.ToStringUtf8();
        }

        var attach = await run.Gateway.OpenAsync(new OpenStream { Container = "log", Attach = new AttachStream { Stdin = true, Stdout = true } });
        await attach.StdinAsync("go\n"u8.ToArray());
        await attach.ReadAllAsync();
        run.Running = false;
        var (rest, _, status) = await stream.ReadAllAsync();
        text += Encoding.UTF8.GetString(rest);
        Assert.Equal(["one", "three", "two"], text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());
        Assert.Equal("Success", Text(status, "status"));
    }

    [Fact]
    public async Task What_a_client_leaves_behind_is_ended()
    {
        await using var run = await RunAsync("leave", "sleep 600");
        var exec = await run.ExecAsync(stdin: true, "/bin/busybox", "cat");
        var log = await run.Gateway.OpenAsync(new OpenStream { Container = "leave", Logs = new LogStream { Follow = true, TailLines = -1 } });
        Assert.True((await exec.ReadAsync())!.Opened);
        Assert.True((await log.ReadAsync())!.Opened);
        exec.Done.SetResult();
        log.Done.SetResult();
        await run.Gateway.SettleAsync();
    }

    [Theory]
    [InlineData(false, "container \"missing\" in pod \"streams\" is not available")]
    [InlineData(true, "previous terminated container \"missing\" in pod \"streams\" not found")]
    public async Task A_log_that_is_not_there_is_refused_in_kubelets_words(bool previous, string message)
    {
        await using var run = await RunAsync("quiet-" + previous, "sleep 600");
        var stream = await run.Gateway.OpenAsync(new OpenStream { Container = "missing", Logs = new LogStream { Previous = previous, TailLines = -1 } });
        Assert.Equal(message, Text((await stream.ReadAllAsync()).Status, "message"));
    }

    private async Task<Run> RunAsync(string name, string script, bool stdin = false)
    {
        Assert.SkipWhen(containerd.Missing is not null, containerd.Missing ?? "");
        return new Run(containerd, name, await containerd.StartAsync(name, script, stdin), stdin);
    }

    private static string Text(string status, string property)
    {
        using var parsed = JsonDocument.Parse(status);
        return parsed.RootElement.GetProperty(property).GetString() ?? "";
    }

    /// <summary>A container and the gateway that asks for its streams.</summary>
    private sealed class Run : IPodLookup, IAsyncDisposable
    {
        private readonly PrivateContainerd containerd;
        private readonly string name;
        private readonly string id;
        private readonly bool stdin;

        public Run(PrivateContainerd containerd, string name, string id, bool stdin)
        {
            (this.containerd, this.name, this.id, this.stdin) = (containerd, name, id, stdin);
            Gateway = TestGateway.Start(containerd.Runtime, this);
        }

        public TestGateway Gateway { get; }

        public bool Running { get; set; } = true;

        public Task<Arrival> ExecAsync(bool stdin, params string[] command)
        {
            var wanted = new OpenStream { Container = name, Exec = new ExecStream { Stdin = stdin, Stdout = true, Stderr = true } };
            wanted.Exec.Command.AddRange(command);
            return Gateway.OpenAsync(wanted);
        }

        public PodSandbox? Find(string podUid) => podUid == "uid-streams"
            ? new PodSandbox(containerd.SandboxId, true, new Dictionary<string, PodContainer>
            {
                [name] = new() { ContainerId = id, LogPath = containerd.LogPath(name), Running = Running, Stdin = stdin },
            })
            : null;

        public async ValueTask DisposeAsync()
        {
            await Gateway.DisposeAsync();
            await containerd.Runtime.StopContainerAsync(id, TimeSpan.Zero, CancellationToken.None);
        }
    }
}
