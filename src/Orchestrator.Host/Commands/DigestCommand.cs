using System.CommandLine;
using System.Globalization;
using System.Net.NetworkInformation;
using System.Text.Json.Nodes;
using Orchestrator.Host.Cluster;
using Orchestrator.Host.Startup;

namespace Orchestrator.Host.Commands;

/// <summary><c>digest</c>: has every silo compare what it serves with what the database has.</summary>
internal static class DigestCommand
{
    private static readonly Option<string?> DataDirectoryOption = DataDirectoryOptions.Create();
    private static readonly Option<string?> KubeconfigFile = new("--kubeconfig") { Description = "An administrator's kubeconfig (that of the data directory)", HelpName = "FILE" };
    private static readonly Option<string[]> Servers = new("--server") { Description = "A silo to ask; may be given several times (all that the cluster knows)", HelpName = "URL" };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("digest", "Compare every silo's watch cache with the database") { DataDirectoryOption, KubeconfigFile, Servers };
        command.Runs(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult given, CancellationToken cancellationToken)
    {
        var path = given.GetValue(KubeconfigFile) ?? DataDirectory.Of(given.GetValue(DataDirectoryOption), mustExist: true).Kubeconfig;
        using var api = AdministratorApi.Open(path);
        var differing = new List<string>();
        foreach (var server in await ServersAsync(api, given.GetValue(Servers) ?? [], cancellationToken))
        {
            var report = await api.GetAsync(server, "/debug/digest", cancellationToken);
            Console.WriteLine(Line(server, report));
            if (!report["agrees"]!.GetValue<bool>())
            {
                differing.Add(server.ToString());
            }
        }

        if (differing.Count > 0)
        {
            throw new StartupException($"the watch cache differs from the database: restart {string.Join(", ", differing)}, and report it, with the log");
        }
    }

    private static async Task<IEnumerable<Uri>> ServersAsync(AdministratorApi api, string[] named, CancellationToken cancellationToken)
    {
        if (named.Length > 0)
        {
            return named.Select(server => new Uri(server));
        }

        var slice = await api.GetAsync(api.Server, "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?fieldSelector=metadata.name%3Dkubernetes", cancellationToken);
        var others =
            from item in slice["items"]!.AsArray()
            from port in item!["ports"]?.AsArray() ?? []
            from endpoint in item["endpoints"]?.AsArray() ?? []
            from address in endpoint!["addresses"]!.AsArray()
            select new Uri(string.Create(CultureInfo.InvariantCulture, $"https://{address}:{port!["port"]}"));

        // Where the kubeconfig names loopback, the slice has the host's own address for the same silo, which may not even listen there.
        var own = api.Server.IsLoopback
            ? NetworkInterface.GetAllNetworkInterfaces().SelectMany(card => card.GetIPProperties().UnicastAddresses).Select(address => address.Address.ToString()).ToHashSet()
            : [];
        return others.Where(server => server.Port != api.Server.Port || !own.Contains(server.Host)).Prepend(api.Server).DistinctBy(server => server.Authority);
    }

    private static string Line(Uri server, JsonNode report) => string.Create(
        CultureInfo.InvariantCulture,
        $"{server} at revision {report["revision"]}: cache {report["cache"]!["digest"]} ({report["cache"]!["objects"]} objects), database {report["store"]!["digest"]} ({report["store"]!["objects"]} objects): {(report["agrees"]!.GetValue<bool>() ? "the same" : "DIFFERENT")}");
}
