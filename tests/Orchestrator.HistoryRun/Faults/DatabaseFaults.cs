using System.Diagnostics;
using Npgsql;
using Orchestrator.HistoryRun.Cluster;

namespace Orchestrator.HistoryRun.Faults;

/// <summary>What happens to PostgreSQL as a whole and to its disk.</summary>
internal static class DatabaseFaults
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static IReadOnlyList<Fault> All { get; } =
    [
        new Fault("PostgreSQL crashes (immediate stop)", CrashAsync),
        new Fault("disk is slow", SlowDiskAsync),
        new Fault("disk is full", FullDiskAsync) { IsPossible = cluster => cluster.Disk.CanBeFilled },
    ];

    /// <summary>Waits until PostgreSQL answers again; starts it when it gave up.</summary>
    public static async Task WaitUntilUpAsync(RunCluster cluster, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await AnswersAsync(cluster, cancellationToken))
        {
            if (Stopwatch.GetElapsedTime(began) > Patience)
            {
                throw new InvalidOperationException("PostgreSQL does not come back");
            }

            await Task.Delay(100, cancellationToken);
        }
    }

    private static async Task CrashAsync(RunCluster cluster, Random chance, int number, CancellationToken cancellationToken)
    {
        cluster.Server.Crash();
        await Task.Delay(Fault.Between(chance, 0, 7), cancellationToken);
        cluster.Server.Start();
    }

    /// <summary>Every flush of the log waits a tenth of a second, as it does on a disk that is busy with something else.</summary>
    private static async Task SlowDiskAsync(RunCluster cluster, Random chance, int number, CancellationToken cancellationToken)
    {
        await SetAsync(cluster, "ALTER SYSTEM SET commit_delay = 100000", "ALTER SYSTEM SET commit_siblings = 0");
        try
        {
            await Task.Delay(Fault.Between(chance, 3, 6), cancellationToken);
        }
        finally
        {
            await SetAsync(cluster, "ALTER SYSTEM RESET commit_delay", "ALTER SYSTEM RESET commit_siblings");
        }
    }

    private static async Task FullDiskAsync(RunCluster cluster, Random chance, int number, CancellationToken cancellationToken)
    {
        cluster.Disk.Fill();
        try
        {
            await Task.Delay(Fault.Between(chance, 4, 8), cancellationToken);
        }
        finally
        {
            cluster.Disk.Free();
        }

        // A log that cannot grow makes PostgreSQL panic, and it does not start again by itself on a full disk.
        await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        if (!await AnswersAsync(cluster, cancellationToken))
        {
            cluster.Server.Crash();
            cluster.Server.Start();
        }
    }

    private static async Task SetAsync(RunCluster cluster, params string[] statements)
    {
        foreach (var statement in statements.Append("SELECT pg_reload_conf()"))
        {
#pragma warning disable CA2100 // The texts above.
            await using var command = cluster.Database.CreateCommand(statement);
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync();
        }
    }

    private static async Task<bool> AnswersAsync(RunCluster cluster, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = cluster.Database.CreateCommand("SELECT revision FROM cluster_revision");
            return await command.ExecuteScalarAsync(cancellationToken) is long;
        }
        catch (Exception e) when (e is NpgsqlException or System.Net.Sockets.SocketException or TimeoutException or IOException)
        {
            return false;
        }
    }
}
