using System.CommandLine;
using System.Net;
using Orchestrator.Api.Kinds;
using Orchestrator.Host.Cluster;
using Orchestrator.Host.Nodes;
using Orchestrator.Host.Startup;

namespace Orchestrator.Host.Commands;

/// <summary><c>agent</c>: makes this host a node of a cluster elsewhere.</summary>
internal static class AgentCommand
{
    private static readonly Option<string> Server = new("--server") { Description = "A server of the cluster, as in https://10.0.0.5:6443", HelpName = "URL", Required = true };
    private static readonly Option<string?> Token = new("--token") { Description = "A join token (token create); needed the first time", HelpName = "TOKEN" };
    private static readonly Option<string?> AuthorityHash = new("--ca-cert-hash") { Description = "The digest of the cluster's authority (token create)", HelpName = "sha256:HEX" };
    private static readonly Option<string?> AuthorityFile = new("--ca-file") { Description = "The cluster's authority, instead of its digest", HelpName = "FILE" };
    private static readonly Option<string?> DataDirectoryOption = DataDirectoryOptions.Create();
    private static readonly Option<string?> NodeName = new("--node-name") { Description = "The node's name (the host's name)", HelpName = "NAME" };
    private static readonly Option<string> NodeAddress = new("--node-address") { Description = "This host's address for other nodes", HelpName = "IP", DefaultValueFactory = _ => "" };
    private static readonly Option<string[]> Labels = new("--label") { Description = "A label of the node; may be given several times", HelpName = "KEY=VALUE" };
    private static readonly Option<string> PodCidr = new("--pod-cidr") { Description = "The cluster's addresses of pods", HelpName = "CIDR", DefaultValueFactory = _ => "10.42.0.0/16" };
    private static readonly Option<string> ServiceCidr = new("--service-cidr") { Description = "The cluster's addresses of Services", HelpName = "CIDR", DefaultValueFactory = _ => "10.96.0.0/16" };
    private static readonly Option<string?> ContainerdSocket = new("--containerd-socket") { Description = "A container runtime to use instead of a private containerd", HelpName = "PATH" };
    private static readonly Option<string> Runtime = new("--runtime") { Description = "runc or crun", HelpName = "NAME", DefaultValueFactory = _ => "runc" };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("agent", "Make this host a node of a cluster")
        {
            Server, Token, AuthorityHash, AuthorityFile, DataDirectoryOption, NodeName, NodeAddress, Labels, PodCidr, ServiceCidr, ContainerdSocket, Runtime,
        };
        command.Runs(RunAsync);
        return command;
    }

    private static Task RunAsync(ParseResult given, CancellationToken cancellationToken)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            throw new StartupException("running containers needs root: run this with sudo");
        }

        var settings = Read(given);
        return new NodeRun(DataDirectory.Of(given.GetValue(DataDirectoryOption)), new ConsoleProgress())
            .RunAsync(settings, (files, stop) => JoinAsync(given, settings, files, stop), cancellationToken);
    }

    private static async Task JoinAsync(ParseResult given, NodeSettings settings, NodeFiles files, CancellationToken cancellationToken)
    {
        if (given.GetValue(Token) is not { Length: > 0 } token)
        {
            throw new StartupException("this host has not joined yet: give it a token with --token ('./orchestrator token create' on a server prints the whole command)");
        }

        var authority = (given.GetValue(AuthorityFile), given.GetValue(AuthorityHash)) switch
        {
            ({ } path, _) when File.Exists(path) => await File.ReadAllTextAsync(path, cancellationToken),
            ({ } path, _) => throw new StartupException($"--ca-file {path}: there is no such file"),
            (_, { } hash) => await JoinAuthority.FetchAsync(settings.Server, hash, cancellationToken),
            _ => throw new StartupException("this host cannot know which cluster answers: give it --ca-cert-hash or --ca-file ('./orchestrator token create' prints the whole command)"),
        };
        await NodeJoin.RunAsync(settings.Server, settings.Name, token, authority, files, cancellationToken);
    }

    private static NodeSettings Read(ParseResult given)
    {
        var name = given.GetValue(NodeName) ?? Dns.GetHostName().ToLowerInvariant();
        if (ObjectNames.DnsSubdomainErrors(name).FirstOrDefault() is { } fault)
        {
            throw new StartupException($"--node-name {name}: {fault}");
        }

        return new NodeSettings
        {
            Name = name,
            Server = Uri.TryCreate(given.GetValue(Server), UriKind.Absolute, out var server) && server.Scheme == "https"
                ? server
                : throw new StartupException($"--server {given.GetValue(Server)}: wants https://host:port"),
            ContainerdSocket = given.GetValue(ContainerdSocket),
            Runtime = given.GetValue(Runtime)!,
            PodCidr = given.GetValue(PodCidr)!,
            ServiceCidr = given.GetValue(ServiceCidr)!,
            Address = given.GetValue(NodeAddress)!,
            Labels = (given.GetValue(Labels) ?? []).Select(ParseLabel).ToDictionary(StringComparer.Ordinal),
        };
    }

    private static KeyValuePair<string, string> ParseLabel(string text) => text.IndexOf('=', StringComparison.Ordinal) is > 0 and var at
        ? new(text[..at], text[(at + 1)..])
        : throw new StartupException($"--label {text}: wants KEY=VALUE");
}
