using Orchestrator.AgentProtocol;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Requests;

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

    /// <summary>Reads the parameters.</summary>
    public static (CommandOptions? Options, ApiStatus? Fault) Read(ApiRequest request)
    {
        var tty = IsOn(request, "tty");
        var options = new CommandOptions
        {
            Container = request.Query("container"),
            Command = [.. request.Http.Request.Query["command"].Select(word => word ?? "")],
            Tty = tty,
            Stdin = IsOn(request, "stdin"),
            Stdout = IsOn(request, "stdout"),

            // A terminal has one output only.
            Stderr = !tty && IsOn(request, "stderr"),
        };
        if (request.Target.Subresource == "exec" && options.Command.Count == 0)
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

    private static bool IsOn(ApiRequest request, string name) =>
        request.Http.Request.Query.ContainsKey(name) && QueryValues.IsTrue(request.Query(name));
}
