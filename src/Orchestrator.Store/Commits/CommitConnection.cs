using System.Runtime.InteropServices;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Api.Identity;

namespace Orchestrator.Store.Commits;

/// <summary>The committer's own connection with its prepared batch: one round trip per group commit.</summary>
internal sealed class CommitConnection : IAsyncDisposable
{
    private const string Introduce = """
        SELECT a.backend_start, r.revision FROM pg_stat_activity a, cluster_revision r WHERE a.pid = pg_backend_pid() AND r.id = 1
        """;

    // Serialises the committers of all silos. The next statement's snapshot is taken after the lock (READ COMMITTED), so it is fresh.
    private const string LockRevision = "SELECT revision FROM cluster_revision WHERE id = 1 FOR UPDATE";

    // Indexes relied on: the primary keys of object and cluster_revision. Planner settings of the connection keep it on them.
    private static readonly string CommitWrites = Statement(
        units: "", unit: "", accepted: "current = expected AND namespace_ok AND NOT (removes AND expected = 0)");

    // The same for a batch in which writes have companions: the rows of one unit are accepted together or not at all. Most batches have
    // none and do not pay for the window over the units.
    private static readonly string CommitUnits = Statement(
        units: ", $11::integer[]",
        unit: ", unit",
        accepted: "bool_and(current = expected AND namespace_ok AND NOT (removes AND expected = 0)) OVER (PARTITION BY unit)");

    // Every candidate row has a revision above the one that was current before the batch: a short range of the primary key.
    private const string FindWrites = "SELECT write_ordinal, revision FROM change WHERE revision > $1 AND write_id = $2";

    // A process id may have been given to another backend since: the start time tells.
    private const string EndBackend =
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid = $1 AND backend_start = $2";

    private readonly NpgsqlConnection connection;
    private readonly NpgsqlBatch batch;

    /// <summary>The batch of writes with companions; made when the first of them comes.</summary>
    private NpgsqlBatch? units;

    private CommitConnection(NpgsqlConnection connection, DateTime startedAt, Revision revision)
    {
        this.connection = connection;
        Backend = new BackendIdentity(connection.ProcessID, startedAt);
        RevisionAtStart = revision;
        batch = CreateBatch(connection, CommitWrites);
    }

    /// <summary>The server process behind the connection.</summary>
    public BackendIdentity Backend { get; }

    /// <summary>The cluster's revision when the connection was made.</summary>
    public Revision RevisionAtStart { get; }

    /// <summary>Opens and prepares.</summary>
    public static async Task<CommitConnection> OpenAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = new NpgsqlCommand(Introduce, connection);
            CommitConnection opened;
            await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
            {
                await reader.ReadAsync(cancellationToken);
                opened = new CommitConnection(connection, reader.GetDateTime(0), new Revision(reader.GetInt64(1)));
            }

            await opened.batch.PrepareAsync(cancellationToken);
            return opened;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Commits the writes in one transaction and one round trip.</summary>
    /// <returns>The outcomes in the order of the writes.</returns>
    public async Task<CommitOutcome[]> CommitAsync(IReadOnlyList<PendingWrite> writes, Guid writeId, CancellationToken cancellationToken)
    {
        var hasCompanions = writes.Any(write => write.Companions.Count > 0);
        var sent = hasCompanions ? await FillUnitsAsync(writes, writeId, cancellationToken) : Fill(batch, writes, writeId);
        var rows = new CommitRow[hasCompanions ? writes.Sum(write => 1 + write.Companions.Count) : writes.Count];
        await using (var reader = await sent.ExecuteReaderAsync(cancellationToken))
        {
            // BEGIN returns no result set; the lock is the first one, the outcomes are the second.
            await reader.NextResultAsync(cancellationToken);
            var read = 0;
            while (await reader.ReadAsync(cancellationToken))
            {
                rows[(int)reader.GetInt64(0) - 1] = ReadRow(reader);
                read++;
            }

            if (read != rows.Length)
            {
                throw new InvalidOperationException($"{rows.Length} rows got {read} answers");
            }

            // COMMIT is answered here: what was read before is not durable until then.
            while (await reader.NextResultAsync(cancellationToken))
            {
            }
        }

        // Outside the transaction: copying documents must not prolong it.
        var outcomes = new CommitOutcome[writes.Count];
        for (int index = 0, row = 0; index < outcomes.Length; row += 1 + writes[index].Companions.Count, index++)
        {
            outcomes[index] = rows[row].ToOutcome(writes[index], rows.AsSpan(row + 1, writes[index].Companions.Count));
        }

        return outcomes;
    }

    /// <summary>Leaves a failed transaction.</summary>
    public async Task RollbackAsync(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("ROLLBACK", connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Finds out what became of a commit whose connection broke: ends its backend first, so that it cannot commit any more.</summary>
    /// <returns>The revisions by write ordinal (from one), or null when nothing of it was committed.</returns>
    public async Task<IReadOnlyDictionary<int, Revision>?> ResolveAsync(BackendIdentity broken, Revision before, Guid writeId, CancellationToken cancellationToken)
    {
        await using (var end = new NpgsqlCommand(EndBackend, connection))
        {
            end.Parameters.Add(new NpgsqlParameter<int> { TypedValue = broken.ProcessId });
            end.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = broken.StartedAt, NpgsqlDbType = NpgsqlDbType.TimestampTz });
            if (await end.ExecuteScalarAsync(cancellationToken) is false)
            {
                throw new TimeoutException($"backend {broken.ProcessId} of a broken commit does not end");
            }
        }

        await using var find = new NpgsqlCommand(FindWrites, connection);
        find.Parameters.Add(new NpgsqlParameter<long> { TypedValue = before.Value });
        find.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = writeId });
        var revisions = new Dictionary<int, Revision>();
        await using var reader = await find.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            revisions.Add(reader.GetInt32(0), new Revision(reader.GetInt64(1)));
        }

        return revisions.Count == 0 ? null : revisions;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await batch.DisposeAsync();
        if (units is not null)
        {
            await units.DisposeAsync();
        }

        await connection.DisposeAsync();
    }

    private static string Statement(string units, string unit, string accepted) => $"""
        WITH input AS (
            SELECT * FROM unnest($1::text[], $2::bigint[], $3::bytea[], $4::boolean[], $5::boolean[], $6::text[], $7::text[], $8::text[], $9::text[]{units})
                WITH ORDINALITY AS t(key, expected, document, removes, terminating, namespace_key, actor, cause, trace_parent{unit}, ordinal)),
        found AS (
            SELECT i.*, coalesce(o.revision, 0) AS current,
                   CASE WHEN coalesce(o.revision, 0) <> i.expected THEN o.document END AS current_document,
                   i.namespace_key IS NULL OR EXISTS (
                       SELECT 1 FROM object n WHERE n.key = i.namespace_key AND (i.expected > 0 OR NOT n.terminating)) AS namespace_ok
            FROM input i LEFT JOIN object o ON o.key = i.key),
        judged AS (
            SELECT *, {accepted} AS accepted FROM found),
        numbered AS (
            SELECT *, count(*) FILTER (WHERE accepted) OVER (ORDER BY ordinal ROWS UNBOUNDED PRECEDING) AS step FROM judged),
        accepted AS (
            SELECT count(*) AS number FROM judged WHERE accepted),
        advanced AS (
            UPDATE cluster_revision r SET revision = r.revision + a.number
            FROM accepted a WHERE r.id = 1 AND a.number > 0
            RETURNING r.revision - a.number AS base, r.revision AS latest),
        logged AS (
            INSERT INTO change (revision, key, type, previous_revision, document, write_id, write_ordinal, actor, cause, trace_parent)
            SELECT base + step, key, CASE WHEN removes THEN 2 WHEN expected = 0 THEN 0 ELSE 1 END, expected, document, $10, ordinal,
                   actor, cause, trace_parent
            FROM numbered, advanced WHERE accepted),
        stored AS (
            INSERT INTO object AS o (key, revision, terminating, document)
            SELECT key, base + step, terminating, document FROM numbered, advanced WHERE accepted AND NOT removes
            ON CONFLICT (key) DO UPDATE
                SET revision = excluded.revision, terminating = excluded.terminating, document = excluded.document),
        removed AS (
            DELETE FROM object o USING numbered n WHERE o.key = n.key AND n.accepted AND n.removes),
        told AS (
            SELECT latest, pg_notify('orchestrator_change', latest::text) FROM advanced)
        SELECT n.ordinal, CASE WHEN n.accepted THEN base + step END, n.current, n.namespace_ok, n.current_document, t.latest
        FROM numbered n LEFT JOIN advanced ON true LEFT JOIN told t ON true
        ORDER BY n.ordinal
        """;

    private static CommitRow ReadRow(NpgsqlDataReader reader) =>
        new(
            reader.IsDBNull(1) ? default : new Revision(reader.GetInt64(1)),
            new Revision(reader.GetInt64(2)),
            reader.GetBoolean(3),
            reader.IsDBNull(4) ? null : reader.GetFieldValue<byte[]>(4));

    private static NpgsqlBatch CreateBatch(NpgsqlConnection connection, string statement)
    {
        var write = new NpgsqlBatchCommand(statement);
        write.Parameters.Add(new NpgsqlParameter<string[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        write.Parameters.Add(new NpgsqlParameter<long[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
        write.Parameters.Add(new NpgsqlParameter<byte[][]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        write.Parameters.Add(new NpgsqlParameter<bool[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Boolean });
        write.Parameters.Add(new NpgsqlParameter<bool[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Boolean });
        for (var text = 0; text < 4; text++)
        {
            write.Parameters.Add(new NpgsqlParameter<string?[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        }

        write.Parameters.Add(new NpgsqlParameter<Guid> { NpgsqlDbType = NpgsqlDbType.Uuid });
        return new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("BEGIN"),
                new NpgsqlBatchCommand(LockRevision),
                write,
                new NpgsqlBatchCommand("COMMIT"),
            },
        };
    }

    private static void Set<T>(NpgsqlParameterCollection parameters, int index, T value) => ((NpgsqlParameter<T>)parameters[index]).TypedValue = value;

    private static byte[] ArrayOf(ReadOnlyMemory<byte> document) =>
        MemoryMarshal.TryGetArray(document, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length
            ? segment.Array
            : document.ToArray();

    private async Task<NpgsqlBatch> FillUnitsAsync(IReadOnlyList<PendingWrite> writes, Guid writeId, CancellationToken cancellationToken)
    {
        if (units is null)
        {
            var made = CreateBatch(connection, CommitUnits);
            made.BatchCommands[2].Parameters.Add(new NpgsqlParameter<int[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer });
            await made.PrepareAsync(cancellationToken);
            units = made;
        }

        var rows = new List<ICommitRow>();
        var unitOf = new List<int>();
        foreach (var write in writes)
        {
            rows.Add(write);
            rows.AddRange(write.Companions);
            unitOf.AddRange(Enumerable.Repeat(unitOf.Count, 1 + write.Companions.Count));
        }

        Set(units.BatchCommands[2].Parameters, 10, unitOf.ToArray());
        return Fill(units, rows, writeId);
    }

    private static NpgsqlBatch Fill(NpgsqlBatch target, IReadOnlyList<ICommitRow> rows, Guid writeId)
    {
        var parameters = target.BatchCommands[2].Parameters;
        Set(parameters, 0, Column(rows, row => row.Key));
        Set(parameters, 1, Column(rows, row => row.Expected.Value));
        Set(parameters, 2, Column(rows, row => ArrayOf(row.Document)));
        Set(parameters, 3, Column(rows, row => row.Removes));
        Set(parameters, 4, Column(rows, row => row.Terminating));
        Set(parameters, 5, Column(rows, row => row.NamespaceKey));
        Set<string?[]>(parameters, 6, Column(rows, row => row.Origin.User));
        Set<string?[]>(parameters, 7, Column(rows, row => row.Origin.Cause));
        Set<string?[]>(parameters, 8, Column(rows, row => row.Origin.TraceParent));
        Set(parameters, 9, writeId);
        return target;
    }

    private static T[] Column<T>(IReadOnlyList<ICommitRow> rows, Func<ICommitRow, T> value)
    {
        var column = new T[rows.Count];
        for (var row = 0; row < column.Length; row++)
        {
            column[row] = value(rows[row]);
        }

        return column;
    }
}

/// <summary>One server process, told from a later one with the same number.</summary>
/// <param name="ProcessId">Its process id.</param>
/// <param name="StartedAt">When it began.</param>
internal readonly record struct BackendIdentity(int ProcessId, DateTime StartedAt);
