using Npgsql;
using Orchestrator.HistoryRun.Cluster;
using Orchestrator.TestKit.Silos;

namespace Orchestrator.HistoryRun.Faults;

/// <summary>What happens to single PostgreSQL backends.</summary>
internal static class BackendFaults
{
    public static IReadOnlyList<Fault> All { get; } =
    [
        new Fault("backend killed (kill -9)", KilledAsync),
        new Fault("backend frozen (SIGSTOP)", FrozenAsync),
        new Fault("LISTEN connections terminated", (cluster, chance, _, token) => TerminatedAsync(cluster, "feed", chance, token)),
        new Fault("commit connections terminated", (cluster, chance, _, token) => TerminatedAsync(cluster, "committer", chance, token)),
    ];

    private static async Task KilledAsync(RunCluster cluster, Random chance, int number, CancellationToken cancellationToken)
    {
        // One killed backend makes PostgreSQL end all others and recover from its log, as after a crash.
        if (await PickAsync(cluster, "%", chance, cancellationToken) is { } backend)
        {
            Signals.Send(backend, Signals.Kill);
        }

        await DatabaseFaults.WaitUntilUpAsync(cluster, cancellationToken);
    }

    private static async Task FrozenAsync(RunCluster cluster, Random chance, int number, CancellationToken cancellationToken)
    {
        string[] roles = ["% committer", "% feed", "orchestrator"];
        if (await PickAsync(cluster, roles[chance.Next(roles.Length)], chance, cancellationToken) is not { } backend)
        {
            return;
        }

        Signals.Send(backend, Signals.Stop);
        try
        {
            await Task.Delay(Fault.Between(chance, 1, 8), cancellationToken);
        }
        finally
        {
            Signals.Send(backend, Signals.Continue);
        }
    }

    private static async Task TerminatedAsync(RunCluster cluster, string role, Random chance, CancellationToken cancellationToken)
    {
        for (var round = chance.Next(2, 6); round > 0; round--)
        {
            await using var command = cluster.Database.CreateCommand("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name LIKE '% ' || $1");
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = role });
            await command.ExecuteScalarAsync(cancellationToken);
            await Task.Delay(Fault.Between(chance, 0.05, 0.6), cancellationToken);
        }
    }

    private static async Task<int?> PickAsync(RunCluster cluster, string role, Random chance, CancellationToken cancellationToken)
    {
        await using var command = cluster.Database.CreateCommand(
            "SELECT pid FROM pg_stat_activity WHERE application_name LIKE $1 AND application_name LIKE 'orchestrator%' ORDER BY pid");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = role });
        var found = new List<int>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(reader.GetInt32(0));
        }

        return found.Count == 0 ? null : found[chance.Next(found.Count)];
    }
}
