using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orchestrator.Api.Identity;
using Orchestrator.Store.Audit;
using Orchestrator.Store.Backups;
using Orchestrator.Store.Cache;
using Orchestrator.Store.Commits;
using Orchestrator.Store.History;
using Orchestrator.Store.Migrations;
using Orchestrator.TestKit.Postgres;

namespace Orchestrator.Store.Tests.Backups;

/// <summary>Backups of running clusters, and what silos, writers and watchers learn of a restore.</summary>
public sealed class RestoreTests : IDisposable
{
    private static readonly GroupResource ConfigMaps = new("", "configmaps");

    private readonly string file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
    private readonly StoreOptions options = new() { ConnectionString = PostgresServer.Shared.CreateDatabase(), MaxPoolSize = 5 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_running_cluster_goes_on_from_the_backup_and_no_client_is_told_of_a_past_that_never_was()
    {
        await using var one = await StoreUnderTest.StartAsync(options, Token);
        await using var two = await StoreUnderTest.StartAsync(options, Token);
        var kept = await one.Store.PutAsync(Make.Write(Make.ConfigMap("kept"), value: "1"));
        await one.Store.PutAsync(Make.Write(Make.Namespace("going"), extra: ""","deletionTimestamp":"2026-01-01T00:00:00Z" """));
        var backup = await BackUpWhileWritingAsync(one);

        var changed = await one.Store.PutAsync(Make.Write(kept.Key, kept.Revision, "2"));
        await one.Store.PutAsync(Make.Write(Make.ConfigMap("later")));
        var before = await two.Cache.ReachCurrentAsync(Token);
        using var watch = two.Cache.Watch(ConfigMaps, "", before)!;
        var (restored, first) = await ClusterRestore.RunAsync(one.Database, file, options, Token);

        Assert.Equal(backup, restored);
        Assert.Equal(before.Value + ClusterEpoch.Step, first.Value);
        foreach (var silo in (StoreUnderTest[])[one, two])
        {
            Assert.Equal(first, await silo.Cache.ReachCurrentAsync(Token));
            Assert.Equal("1", silo.Cache.Find(kept.Key)!.Field("value"));
            Assert.Null(silo.Cache.Find(Make.ConfigMap("later")));
            var report = await silo.Services.GetRequiredService<ICacheAudit>().RunAsync(Token);
            Assert.True(report!.Agrees);
            Assert.Equal((backup.Objects, backup.Digest), (report.CacheObjects, report.Cache));

            // Revisions of the time that was undone: no watch, no list goes on from them.
            Assert.Null(silo.Cache.Watch(ConfigMaps, "", before));
            Assert.Null(silo.Cache.Watch(ConfigMaps, "", new Revision(first.Value - 1)));
            Assert.Null(await silo.Services.GetRequiredService<IPastStates>().ListAsync(ConfigMaps, "", before, Token));
        }

        await Assert.ThrowsAsync<WatchOverflowException>(() => watch.Changes.Completion);
        Assert.IsType<CommitOutcome.Conflict>(await one.Store.CommitAsync(Make.Write(kept.Key, changed.Revision, "3"), Token));
        Assert.IsType<CommitOutcome.NamespaceGone>(await one.Store.CommitAsync(Make.Write(Make.ConfigMap("x", "going")) with { RequiredNamespace = "going" }, Token));
        using var resumed = two.Cache.Watch(ConfigMaps, "", first)!;
        Assert.Equal(first.Value + 1, (await two.Store.PutAsync(Make.Write(kept.Key, kept.Revision, "3"))).Revision.Value);
        Assert.Equal(first.Value + 1, (await resumed.Changes.ReadAsync(Token)).Revision.Value);
        Assert.Equal(2, await EpochAsync(one.Database));
    }

    [Fact]
    public async Task An_empty_database_becomes_the_cluster_of_the_backup_with_revisions_beyond_all_that_it_may_have_given()
    {
        BackupSummary backup;
        await using (var old = await StoreUnderTest.StartAsync(options, Token))
        {
            await old.Store.PutAsync(Make.Write(Make.ConfigMap("moved"), value: "\u00e4 \\u0041 1.50"));
            backup = await ClusterBackup.WriteAsync(old.Database, file, TimeProvider.System, Token);
        }

        await using var fresh = await StoreUnderTest.StartAsync(options with { ConnectionString = PostgresServer.Shared.CreateDatabase() }, Token);
        var (_, first) = await ClusterRestore.RunAsync(fresh.Database, file, options, Token);
        Assert.Equal(backup.Revision.Value + ClusterEpoch.Step, first.Value);
        await fresh.Cache.ReachCurrentAsync(Token);
        Assert.Equal(backup.Digest, (await fresh.Services.GetRequiredService<ICacheAudit>().RunAsync(Token))!.Cache);
    }

    [Theory]
    [InlineData("cut short")]
    [InlineData("changed")]
    [InlineData("something else")]
    public async Task A_damaged_backup_changes_nothing(string damage)
    {
        await using var silo = await StoreUnderTest.StartAsync(options, Token);
        var kept = await silo.Store.PutAsync(Make.Write(Make.ConfigMap("kept"), value: "1"));
        await ClusterBackup.WriteAsync(silo.Database, file, TimeProvider.System, Token);
        await DamageAsync(damage);
        await Assert.ThrowsAsync<BackupDamagedException>(() => ClusterRestore.RunAsync(silo.Database, file, options, Token));
        Assert.Equal(kept.Revision, await silo.Cache.ReachCurrentAsync(Token));
    }

    [Fact]
    public async Task A_server_that_finds_the_database_on_another_timeline_begins_a_new_epoch()
    {
        await using var silo = await StoreUnderTest.StartAsync(options, Token);
        var migrator = silo.Services.GetRequiredService<Migrator>();
        await silo.Store.PutAsync(Make.Write(Make.ConfigMap("kept")));
        var before = await silo.Cache.ReachCurrentAsync(Token);
        await migrator.MigrateAsync(Token);
        Assert.Equal((before, 1), (await silo.Store.CurrentRevisionAsync(Token), await EpochAsync(silo.Database)));

        // As after a recovery to a point in time, which always ends on a new timeline.
        await using (var command = silo.Database.CreateCommand("UPDATE cluster_revision SET timeline = timeline + 1"))
        {
            await command.ExecuteNonQueryAsync(Token);
        }

        await migrator.MigrateAsync(Token);
        Assert.Equal((before.Value + ClusterEpoch.Step, 2), ((await silo.Cache.ReachCurrentAsync(Token)).Value, await EpochAsync(silo.Database)));
        Assert.NotNull(silo.Cache.Find(Make.ConfigMap("kept")));
        Assert.Null(silo.Cache.Watch(ConfigMaps, "", before));
    }

    public void Dispose() => File.Delete(file);

    private async Task<BackupSummary> BackUpWhileWritingAsync(StoreUnderTest silo)
    {
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            for (var number = 0; !stop.IsCancellationRequested; number++)
            {
                await silo.Store.PutAsync(Make.Write(Make.ConfigMap($"busy{number}")));
            }
        });
        var backup = await ClusterBackup.WriteAsync(silo.Database, file, TimeProvider.System, Token);
        await stop.CancelAsync();
        await writing;

        // One row per revision so far and none removed: what is in it is exactly what was there at its revision.
        Assert.Equal(backup.Revision.Value, backup.Objects);
        return backup;
    }

    private async Task DamageAsync(string damage)
    {
        var bytes = await File.ReadAllBytesAsync(file, Token);
        if (damage == "cut short")
        {
            await File.WriteAllBytesAsync(file, bytes[..(bytes.Length / 2)], Token);
            return;
        }

        using var packed = new MemoryStream(bytes);
        await using var unzipped = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionMode.Decompress);
        using var reader = new StreamReader(unzipped);
        var text = damage == "changed" ? (await reader.ReadToEndAsync(Token)).Replace("\"value\":\"1\"", "\"value\":\"2\"", StringComparison.Ordinal) : "{}\n";
        await using var target = File.Create(file);
        await using var zipped = new System.IO.Compression.GZipStream(target, System.IO.Compression.CompressionLevel.Fastest);
        await zipped.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text), Token);
    }

    private static async Task<int> EpochAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("SELECT epoch FROM cluster_revision");
        return (int)(await command.ExecuteScalarAsync(Token))!;
    }
}
