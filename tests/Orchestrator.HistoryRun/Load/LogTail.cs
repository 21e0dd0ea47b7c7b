using System.Text.Json;
using Npgsql;
using Orchestrator.HistoryChecker;

namespace Orchestrator.HistoryRun.Load;

/// <summary>Copies the change log row by row out of the database, before retention drops it: the truth that all is judged by.</summary>
internal sealed class LogTail(NpgsqlDataSource database)
{
    /// <summary>The keys that the history is about.</summary>
    public const string Prefix = "/configmaps/history/";

    private const int Rows = 5_000;
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(200);

    private readonly List<Change> changes = [];

    /// <summary>The revision before the first row.</summary>
    public long Start { get; private set; }

    /// <summary>The rows so far.</summary>
    public IReadOnlyList<Change> Changes => changes;

    /// <summary>Begins with what is there.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT revision FROM cluster_revision");
        Start = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Copies until told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                while (await CopyAsync(stop) == Rows)
                {
                }
            }
            catch (Exception e) when (e is NpgsqlException or System.Net.Sockets.SocketException or TimeoutException or IOException or OperationCanceledException)
            {
                // The database is being tormented.
            }

            await Task.Delay(Period, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Copies what is there.</summary>
    /// <returns>The number of rows.</returns>
    public async Task<int> CopyAsync(CancellationToken cancellationToken)
    {
        const string sql = """
            SELECT revision, key, type, previous_revision, CASE WHEN starts_with(key, $3) THEN convert_from(document, 'UTF8') END
            FROM change WHERE revision > $1 ORDER BY revision LIMIT $2
            """;
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = changes.Count == 0 ? Start : changes[^1].Revision });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Rows });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Prefix });
        var read = new List<Change>();
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                read.Add(ReadRow(reader));
            }
        }

        changes.AddRange(read);
        return read.Count;
    }

    private static Change ReadRow(NpgsqlDataReader reader)
    {
        var (revision, kind, previous) = (reader.GetInt64(0), (ChangeKind)reader.GetInt16(2), reader.GetInt64(3));
        if (reader.IsDBNull(4))
        {
            return new Change(revision, "", kind, previous, "", "");
        }

        using var document = JsonDocument.Parse(reader.GetString(4));
        var item = Documents.Read(document.RootElement);
        return new Change(revision, reader.GetString(1)[Prefix.Length..], kind, previous, item.Value, item.Label);
    }
}
