using System.CommandLine;
using Microsoft.Extensions.Logging;
using Orchestrator.Host.Cluster;
using Orchestrator.Host.Startup;
using Orchestrator.Host.Up;

namespace Orchestrator.Host.Commands;

/// <summary><c>up</c>: a cluster on this host.</summary>
internal static class UpCommand
{
    private static readonly Option<string?> DataDirectoryOption = DataDirectoryOptions.Create();
    private static readonly Option<int?> ApiPort = new("--api-port") { Description = "The API's port on 127.0.0.1 (6443)", HelpName = "PORT" };
    private static readonly Option<string?> Database = new("--database") { Description = "A PostgreSQL to use instead of a private one", HelpName = "CONNECTION" };
    private static readonly Option<bool> Detach = new("--detach") { Description = "Run in the background; return when ready" };
    private static readonly Option<int> SimulatedNodes = new("--simulated-nodes") { Description = "Add nodes whose container runtime is simulated", HelpName = "N" };
    private static readonly Option<string?> NodeName = new("--node-name") { Description = "This host's node (the host's name)", HelpName = "NAME" };
    private static readonly Option<string?> PodCidr = new("--pod-cidr") { Description = "The addresses of pods (10.42.0.0/16)", HelpName = "CIDR" };
    private static readonly Option<string?> ServiceCidr = new("--service-cidr") { Description = "The addresses of Services (10.96.0.0/16)", HelpName = "CIDR" };
    private static readonly Option<string?> ContainerdSocket = new("--containerd-socket") { Description = "A container runtime to use instead of a private containerd", HelpName = "PATH" };
    private static readonly Option<string> Runtime = new("--runtime") { Description = "What starts the private containerd's containers: runc or crun (runc)", HelpName = "NAME", DefaultValueFactory = _ => "runc" };
    private static readonly Option<string?> TokenAuthFile = new("--token-auth-file") { Description = "Static tokens, as kube-apiserver's file", HelpName = "FILE" };
    private static readonly OidcFlags Oidc = new();
    private static readonly Option<bool> DisableAgent = new("--disable-agent") { Description = "No node on this host" };
    private static readonly Option<bool> DisableScheduler = new("--disable-scheduler") { Description = "Pods are placed by somebody else" };
    private static readonly Option<bool> DisableControllerManager = new("--disable-controller-manager") { Description = "No controllers" };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("up", "Start a cluster on this host, or resume it")
        {
            DataDirectoryOption, ApiPort, Database, Detach, SimulatedNodes, NodeName, PodCidr, ServiceCidr, ContainerdSocket, Runtime, TokenAuthFile,
            DisableAgent, DisableScheduler, DisableControllerManager,
        };
        Oidc.AddTo(command);
        ChangeLogOptions.Add(command);
        command.Runs(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult given, CancellationToken cancellationToken)
    {
        var settings = Read(given);
        var directory = DataDirectory.Of(settings.DataDirectory);
        if (Environment.GetEnvironmentVariable(DetachedUp.ProgressVariable) is { Length: > 0 } file)
        {
            await RunDetachedAsync(settings, directory, new ProgressFile(file), cancellationToken);
        }
        else if (given.GetValue(Detach))
        {
            // What is wrong with the options is told here, not by way of a process in the background.
            await directory.PrepareAsync(cancellationToken);
            settings.Resolve(directory.ReadRecord());
            await DetachedUp.RunAsync(directory, Environment.GetCommandLineArgs()[1..], new ConsoleProgress(), cancellationToken);
        }
        else
        {
            using var up = new ClusterUp(settings, directory, new ConsoleProgress(), LogLevel.Warning);
            await up.RunAsync(cancellationToken);
        }
    }

    private static async Task RunDetachedAsync(UpSettings settings, DataDirectory directory, ProgressFile progress, CancellationToken cancellationToken)
    {
        // Only for this process, not for those that it starts.
        Environment.SetEnvironmentVariable(DetachedUp.ProgressVariable, null);
        try
        {
            using var up = new ClusterUp(settings, directory, progress, LogLevel.Information);
            await up.RunAsync(cancellationToken);
        }
        catch (StartupException e)
        {
            progress.Failed(e.Message);
            throw;
        }
    }

    private static UpSettings Read(ParseResult given) => new()
    {
        DataDirectory = given.GetValue(DataDirectoryOption),
        ApiPort = given.GetValue(ApiPort),
        Database = given.GetValue(Database),
        SimulatedNodes = given.GetValue(SimulatedNodes),
        NodeName = given.GetValue(NodeName),
        PodCidr = given.GetValue(PodCidr),
        ServiceCidr = given.GetValue(ServiceCidr),
        ContainerdSocket = given.GetValue(ContainerdSocket),
        Runtime = given.GetValue(Runtime)!,
        Store = ChangeLogOptions.Read(given),
        TokenAuthFile = given.GetValue(TokenAuthFile),
        Oidc = Oidc.Read(given),
        DisableAgent = given.GetValue(DisableAgent),
        DisableScheduler = given.GetValue(DisableScheduler),
        DisableControllerManager = given.GetValue(DisableControllerManager),
    };
}
