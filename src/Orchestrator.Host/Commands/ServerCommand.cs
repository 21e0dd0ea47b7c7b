using System.CommandLine;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using Orchestrator.Gateway.Certificates;
using Orchestrator.Host.Cluster;
using Orchestrator.Host.Database;
using Orchestrator.Host.Startup;

namespace Orchestrator.Host.Commands;

/// <summary><c>server</c>: one silo of a cluster of several, on a database that they share.</summary>
internal static class ServerCommand
{
    private static readonly Option<string> Database = new("--database") { Description = "The cluster's PostgreSQL", HelpName = "CONNECTION", Required = true };
    private static readonly Option<string> Secrets = new("--pki-dir") { Description = "The cluster's keys, the same on all silos; made by the first", HelpName = "DIR", Required = true };
    private static readonly Option<string> Advertise = new("--advertise-address") { Description = "This host's address for other silos and agents", HelpName = "IP", DefaultValueFactory = _ => "127.0.0.1" };
    private static readonly Option<string[]> Names = new("--name") { Description = "A further name or address in the API's certificate; may be given several times", HelpName = "NAME" };
    private static readonly Option<int> ApiPort = new("--api-port") { Description = "The API's port", HelpName = "PORT", DefaultValueFactory = _ => 6443 };
    private static readonly Option<int> SiloPort = new("--silo-port") { Description = "The port for other silos", HelpName = "PORT", DefaultValueFactory = _ => 11111 };
    private static readonly Option<int> ClientPort = new("--client-port") { Description = "The port for Orleans clients", HelpName = "PORT", DefaultValueFactory = _ => 30000 };
    private static readonly Option<string> PodCidr = new("--pod-cidr") { Description = "The addresses of pods", HelpName = "CIDR", DefaultValueFactory = _ => "10.42.0.0/16" };
    private static readonly Option<string> ServiceCidr = new("--service-cidr") { Description = "The addresses of Services", HelpName = "CIDR", DefaultValueFactory = _ => "10.96.0.0/16" };
    private static readonly Option<string?> KubeconfigFile = new("--kubeconfig") { Description = "Where to write an administrator's kubeconfig", HelpName = "FILE" };
    private static readonly Option<string?> TokenAuthFile = new("--token-auth-file") { Description = "Static tokens, as kube-apiserver's file", HelpName = "FILE" };
    private static readonly OidcFlags Oidc = new();
    private static readonly Option<bool> DisableScheduler = new("--disable-scheduler") { Description = "Pods are placed by somebody else" };
    private static readonly Option<bool> DisableControllerManager = new("--disable-controller-manager") { Description = "No controllers" };

    /// <summary>More than the host takes to stop when all goes well or its own limit is reached.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(20);

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("server", "Run one silo of a cluster of several")
        {
            Database, Secrets, Advertise, Names, ApiPort, SiloPort, ClientPort, PodCidr, ServiceCidr, KubeconfigFile, TokenAuthFile, DisableScheduler, DisableControllerManager,
        };
        Oidc.AddTo(command);
        ChangeLogOptions.Add(command);
        command.Runs(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult given, CancellationToken cancellationToken)
    {
        var settings = Read(given);
        var progress = new ConsoleProgress();
        Ports.Require(IPAddress.Any, settings.ApiPort);
        using var secrets = ClusterSecrets.LoadOrCreate(given.GetValue(Secrets)!, TimeProvider.System);
        await DatabaseSetup.MigrateAsync(settings.Database, settings.Store, cancellationToken);
        progress.Done("database migrated");
        await using var server = await ClusterServer.StartAsync(settings, secrets, LogLevel.Information, cancellationToken);
        GrainClientFile.Write(Path.Combine(given.GetValue(Secrets)!, "grain-client.json"), settings, secrets);
        if (given.GetValue(KubeconfigFile) is { } path)
        {
            ClusterSecrets.Write(path, Kubeconfig.Write(settings.AdvertisedUrl, secrets.Authority.CertificatePem, secrets.Authority.IssueAdministrator()));
        }

        progress.Ready([$"This silo serves on {settings.AdvertisedUrl}."]);
        await Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith(_ => { }, TaskScheduler.Default);
        try
        {
            await server.StopAsync().WaitAsync(StopPatience, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            // Orleans cannot say goodbye to a membership table whose database is gone, and tries for ever. What was acknowledged is stored.
            await Console.Error.WriteLineAsync("orchestrator: the silo could not leave the cluster in time; the others will notice");
            Environment.Exit(1);
        }
    }

    private static ServerSettings Read(ParseResult given)
    {
        if (!IPAddress.TryParse(given.GetValue(Advertise), out var address))
        {
            throw new StartupException($"--advertise-address {given.GetValue(Advertise)}: wants an IP address");
        }

        var tokens = given.GetValue(TokenAuthFile);
        if (tokens is not null && !File.Exists(tokens))
        {
            throw new StartupException($"--token-auth-file {tokens}: there is no such file");
        }

        return new ServerSettings
        {
            Database = given.GetValue(Database)!,
            ApiAddress = IPAddress.IsLoopback(address) ? address : null,
            ApiPort = given.GetValue(ApiPort),
            SiloAddress = address,
            SiloPort = given.GetValue(SiloPort),
            ClientPort = given.GetValue(ClientPort),
            AdvertisedUrl = string.Create(CultureInfo.InvariantCulture, $"https://{address}:{given.GetValue(ApiPort)}"),
            Names = [address.ToString(), .. given.GetValue(Names) ?? []],
            PodCidr = given.GetValue(PodCidr)!,
            ServiceCidr = given.GetValue(ServiceCidr)!,
            TokenAuthFile = tokens is null ? "" : File.ReadAllText(tokens),
            Oidc = Oidc.Read(given),
            Store = ChangeLogOptions.Read(given),
            RunsScheduler = !given.GetValue(DisableScheduler),
            RunsControllers = !given.GetValue(DisableControllerManager),
        };
    }
}
