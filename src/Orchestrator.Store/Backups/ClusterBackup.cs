using System.Data;
using System.IO.Compression;
using System.Text.Json;
using Npgsql;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Identity;
using Orchestrator.Store.Audit;

namespace Orchestrator.Store.Backups;

/// <summary>Writes and reads backups: gzip, a line of JSON for the beginning, one per object, one for the end.</summary>
/// <remarks>The change log is not in it: who restores begins a new epoch, and no watch goes on across that.</remarks>
public static class ClusterBackup
{
    private const string Format = "orchestrator-backup/1";
    private const string SelectRevision = "SELECT revision, epoch FROM cluster_revision WHERE id = 1";
    private const string SelectObjects = "SELECT key, revision, document FROM object";

    /// <summary>Backs a running cluster up, in one snapshot of the database. Nobody has to wait for it.</summary>
    /// <param name="source">The database, with the store's search path.</param>
    /// <param name="path">The file; it is there whole or not at all.</param>
    /// <param name="clock">Tells when it was taken.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<BackupSummary> WriteAsync(NpgsqlDataSource source, string path, TimeProvider clock, CancellationToken cancellationToken)
    {
        var partial = path + ".partial";
        try
        {
            BackupSummary summary;
            await using (var file = new FileStream(partial, new FileStreamOptions
            {
                // Secrets are in it.
                Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                await using (var zipped = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true))
                {
                    summary = await WriteAsync(source, zipped, clock.GetUtcNow(), cancellationToken);
                }

                file.Flush(flushToDisk: true);
            }

            File.Move(partial, path, overwrite: true);
            return summary;
        }
        finally
        {
            File.Delete(partial);
        }
    }

    /// <summary>Reads a backup from its beginning to its end.</summary>
    /// <exception cref="BackupDamagedException">It is not one, or not whole.</exception>
    internal static async Task<BackupSummary> ReadAsync(string path, Func<BackupRow, CancellationToken, Task> take, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = File.OpenRead(path);
            await using var zipped = new GZipStream(file, CompressionMode.Decompress);
            using var lines = new StreamReader(zipped);
            return await ReadAsync(lines, take, cancellationToken);
        }
        catch (Exception e) when (e is JsonException or InvalidDataException or KeyNotFoundException or FormatException or EndOfStreamException)
        {
            throw new BackupDamagedException($"{path} is not a whole backup: {e.Message}", e);
        }
    }

    private static async Task<BackupSummary> WriteAsync(NpgsqlDataSource source, Stream target, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var (revision, epoch) = await ReadRevisionAsync(connection, cancellationToken);
        await WriteLineAsync(target, new { format = Format, revision = revision.Value, epoch, takenAt = now }, cancellationToken);
        var digest = new StateDigest();
        await using (var command = new NpgsqlCommand(SelectObjects, connection) { CommandTimeout = 0 })
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var row = new BackupRow(ObjectKey.Parse(reader.GetString(0)), new Revision(reader.GetInt64(1)), reader.GetFieldValue<byte[]>(2));
                Add(digest, row);
                await target.WriteAsync(row.ToLine(), cancellationToken);
            }
        }

        await WriteLineAsync(target, new { objects = digest.Count, digest = digest.ToString() }, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new BackupSummary(revision, epoch, now, digest.Count, digest.ToString());
    }

    private static async Task<BackupSummary> ReadAsync(StreamReader lines, Func<BackupRow, CancellationToken, Task> take, CancellationToken cancellationToken)
    {
        using var header = await ReadLineAsync(lines, cancellationToken);
        if (!header.RootElement.TryGetProperty("format", out var format) || format.GetString() != Format)
        {
            throw new InvalidDataException($"it does not begin with the format {Format}");
        }

        var digest = new StateDigest();
        while (true)
        {
            using var line = await ReadLineAsync(lines, cancellationToken);
            if (line.RootElement.TryGetProperty("objects", out var objects))
            {
                return objects.GetInt32() == digest.Count && line.RootElement.GetProperty("digest").GetString() == digest.ToString()
                    ? new BackupSummary(
                        new Revision(header.RootElement.GetProperty("revision").GetInt64()),
                        header.RootElement.GetProperty("epoch").GetInt32(),
                        header.RootElement.GetProperty("takenAt").GetDateTimeOffset(),
                        digest.Count,
                        digest.ToString())
                    : throw new InvalidDataException("its objects are not those that were written");
            }

            var row = BackupRow.Read(line.RootElement);
            Add(digest, row);
            await take(row, cancellationToken);
        }
    }

    private static void Add(StateDigest digest, BackupRow row) =>
        digest.Add(row.Key, row.Revision, SentBytes.Compact(DocumentEncoding.WithResourceVersion(row.Document, row.Revision)).Span);

    private static async Task<(Revision Revision, int Epoch)> ReadRevisionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SelectRevision, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (new Revision(reader.GetInt64(0)), reader.GetInt32(1));
    }

    private static async Task WriteLineAsync<T>(Stream target, T content, CancellationToken cancellationToken)
    {
        await JsonSerializer.SerializeAsync(target, content, cancellationToken: cancellationToken);
        await target.WriteAsync("\n"u8.ToArray(), cancellationToken);
    }

    private static async Task<JsonDocument> ReadLineAsync(StreamReader lines, CancellationToken cancellationToken) =>
        await lines.ReadLineAsync(cancellationToken) is { } line
            ? JsonDocument.Parse(line)
            : throw new EndOfStreamException("it ends before its end");
}
