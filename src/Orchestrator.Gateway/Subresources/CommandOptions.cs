using System.Text.Json.Nodes;
using Orchestrator.AgentProtocol;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Gateway.Subresources;

/// <summary>The parameters of exec and attach.</summary>
/// <remarks>Upstream: PodExecOptions, PodAttachOptions, and kubelet's remotecommand.NewOptions.</remarks>
internal sealed record CommandOptions
{
    /// <summary>The container; empty: the only one.</summary>
    public string Container { get; init; } = "";

    /// <summary>The command; empty for attach.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>The client sends input.</summary>
    public bool Stdin { get; init; }

    /// <summary>The client wants output.</summary>
    public bool Stdout { get; init; }

    /// <summary>The client wants error output.</summary>
    public bool Stderr { get; init; }

    /// <summary>The command gets a terminal.</summary>
    public bool Tty { get; init; }

    /// <summary>Reads the parameters from what admission has left of them.</summary>
    /// <param name="connection">PodExecOptions or PodAttachOptions.</param>
    /// <param name="isAttach">Whether there is no command.</param>
    public static (CommandOptions? Options, ApiStatus? Fault) Read(JsonObject connection, bool isAttach)
    {
        var tty = IsOn(connection, "tty");
        var options = new CommandOptions
        {
            Container = connection.Text("container"),
            Command = [.. connection.Texts("command")],
            Tty = tty,
            Stdin = IsOn(connection, "stdin"),
            Stdout = IsOn(connection, "stdout"),

            // A terminal has one output only.
            Stderr = !tty && IsOn(connection, "stderr"),
        };
        if (!isAttach && options.Command.Count == 0)
        {
            return (null, Statuses.BadRequest("you must specify a command"));
        }

        return options.Stdin || options.Stdout || options.Stderr
            ? (options, null)
            : (null, Statuses.BadRequest("you must specify at least 1 of stdin, stdout, stderr"));
    }

    /// <summary>Puts them into what the agent is asked for.</summary>
    public void AddTo(OpenStream wanted, bool isAttach)
    {
        if (isAttach)
        {
            wanted.Attach = new AttachStream { Tty = Tty, Stdin = Stdin, Stdout = Stdout, Stderr = Stderr };
            return;
        }

        wanted.Exec = new ExecStream { Tty = Tty, Stdin = Stdin, Stdout = Stdout, Stderr = Stderr };
        wanted.Exec.Command.AddRange(Command);
    }

    private static bool IsOn(JsonObject connection, string name) => connection[name] is JsonValue value && value.TryGetValue(out bool isOn) && isOn;
}
