using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.TestKit.Postgres;

namespace Orchestrator.Store.Tests.Migrations;

/// <summary>The contract between Orleans' ADO.NET providers and our tables: the keys they ask for, what they bind and what they read.</summary>
public sealed class OrleansQueryTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private const int Active = 3;
    private const int Dead = 6;

    private readonly DateTime start = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
    private readonly string cluster = Guid.NewGuid().ToString();
    private NpgsqlDataSource source = null!;
    private Dictionary<string, string> texts = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        source = StoreConnections.CreateShared(postgres.Options);
        await new Orchestrator.Store.Migrations.Migrator(source, postgres.Options).MigrateAsync(Token);
        await using var command = source.CreateCommand("SELECT QueryKey, QueryText FROM OrleansQuery");
        await using var reader = await command.ExecuteReaderAsync(Token);
        while (await reader.ReadAsync(Token))
        {
            texts.Add(reader.GetString(0), reader.GetString(1));
        }
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();

    [Fact]
    public async Task A_member_is_written_only_together_with_the_next_version()
    {
        Assert.Equal(1, await CountAsync("InsertMembershipVersionKey"));
        Assert.Equal(0, await CountAsync("InsertMembershipVersionKey"));

        // The provider reads the version from the first row, also when there is no such member.
        var none = Assert.Single(await RowsAsync("MembershipReadRowKey", Silo(1)));
        Assert.Equal((0, null), ((int)none["version"]!, none["starttime"]));

        Assert.Equal(0, await CountAsync("InsertMembershipKey", Member(1, Active, version: 7)));
        Assert.Equal(1, await CountAsync("InsertMembershipKey", Member(1, Active, version: 0)));
        Assert.Equal(0, await CountAsync("InsertMembershipKey", Member(1, Active, version: 1)));
        Assert.Equal(1, await CountAsync("InsertMembershipKey", Member(2, Active, version: 1)));
        Assert.Equal(0, await CountAsync("UpdateMembershipKey", Member(1, Dead, version: 1)));
        Assert.Equal(1, await CountAsync("UpdateMembershipKey", Member(1, Dead, version: 2)));
        await RowsAsync("UpdateIAmAlivetimeKey", [.. Silo(2), ("IAmAliveTime", start.AddHours(1))]);

        var all = await RowsAsync("MembershipReadAllKey");
        Assert.All(all, row => Assert.Equal(3, row["version"]));
        Assert.Equal([(1, Dead), (2, Active)], all.Select(row => ((int)row["generation"]!, (int)row["status"]!)).Order());
        var gateway = Assert.Single(await RowsAsync("GatewaysQueryKey", ("Status", Active)));
        Assert.Equal((2, 30000), ((int)gateway["generation"]!, (int)gateway["proxyport"]!));
    }

    [Fact]
    public async Task Only_the_dead_are_cleaned_up()
    {
        await CountAsync("InsertMembershipVersionKey");
        foreach (var (generation, status) in ((int, int)[])[(1, Dead), (2, Active), (3, 2), (4, Dead)])
        {
            await CountAsync("InsertMembershipKey", Member(generation, status, version: generation - 1));
        }

        (string, object?)[] seen = [("StartTime", start), ("IAmAliveTime", start), ("SuspectTimes", null)];
        await RowsAsync("CleanupDefunctSiloEntryKey", [.. Silo(4), .. seen[..1], ("IAmAliveTime", start.AddSeconds(1)), seen[2]]);
        Assert.Equal(4, (await RowsAsync("MembershipReadAllKey")).Count);
        await RowsAsync("CleanupDefunctSiloEntryKey", [.. Silo(4), .. seen]);
        Assert.Equal([1, 2, 3], (await RowsAsync("MembershipReadAllKey")).Select(row => (int)row["generation"]!).Order());

        await RowsAsync("CleanupDefunctSiloEntriesKey", ("IAmAliveTime", start.AddDays(1)));
        Assert.Equal([2, 3], (await RowsAsync("MembershipReadAllKey")).Select(row => (int)row["generation"]!).Order());
        await RowsAsync("DeleteMembershipTableEntriesKey");
        Assert.Empty(await RowsAsync("MembershipReadAllKey"));
    }

    [Fact]
    public async Task Reminders_are_found_by_grain_and_by_range_also_around_the_end_of_the_ring()
    {
        foreach (var hash in (int[])[-2000, -1, 0, 5, 2000])
        {
            Assert.Equal(0, await UpsertAsync(hash));
            Assert.Equal(1, await UpsertAsync(hash));
        }

        Assert.Equal(["g-1", "g0", "g5"], await GrainsAsync("ReadRangeRows1Key", -2000, 5));
        Assert.Equal(["g-2000", "g2000"], await GrainsAsync("ReadRangeRows2Key", 5, -2000));
        Assert.Equal(5, (await GrainsAsync("ReadRangeRows2Key", 7, 7)).Length);

        (string, object?)[] one = [("ServiceId", cluster), ("GrainId", "g5"), ("ReminderName", "tick")];
        var found = Assert.Single(await RowsAsync("ReadReminderRowKey", one));
        Assert.Equal((start, 60_000L, 1), ((DateTime)found["starttime"]!, (long)found["period"]!, (int)found["version"]!));
        Assert.Single(await RowsAsync("ReadReminderRowsKey", one[..2]));
        Assert.Equal(0, await CountAsync("DeleteReminderRowKey", [.. one, ("Version", 0)]));
        Assert.Equal(1, await CountAsync("DeleteReminderRowKey", [.. one, ("Version", 1)]));
        await RowsAsync("DeleteReminderRowsKey", one[..1]);
        Assert.Empty(await GrainsAsync("ReadRangeRows2Key", 7, 7));
    }

    private static (string, object?)[] Silo(int generation) => [("Address", "10.0.0.1"), ("Port", 11111), ("Generation", generation)];

    private (string, object?)[] Member(int generation, int status, int version) =>
    [
        .. Silo(generation), ("SiloName", "silo"), ("HostName", "host"), ("Status", status), ("ProxyPort", 30000), ("StartTime", start),
        ("IAmAliveTime", start), ("SuspectTimes", null), ("Version", version),
    ];

    private async Task<int> UpsertAsync(int hash) =>
        (int)Assert.Single(await RowsAsync(
            "UpsertReminderRowKey",
            ("ServiceId", cluster),
            ("GrainId", string.Create(CultureInfo.InvariantCulture, $"g{hash}")),
            ("ReminderName", "tick"),
            ("StartTime", start),
            ("Period", 60_000L),
            ("GrainHash", hash)))["version"]!;

    private async Task<string[]> GrainsAsync(string key, int begin, int end) =>
        [.. (await RowsAsync(key, ("ServiceId", cluster), ("BeginHash", begin), ("EndHash", end))).Select(row => (string)row["grainid"]!).Order(StringComparer.Ordinal)];

    private async Task<int> CountAsync(string key, params (string, object?)[] parameters) =>
        (int)Assert.Single(Assert.Single(await RowsAsync(key, parameters))).Value!;

    private async Task<List<Dictionary<string, object?>>> RowsAsync(string key, params (string Name, object? Value)[] parameters)
    {
#pragma warning disable CA2100 // The text is the one under test.
        await using var command = source.CreateCommand(texts[key]);
#pragma warning restore CA2100
        command.Parameters.AddWithValue("DeploymentId", cluster);
        foreach (var (name, value) in parameters)
        {
            command.Parameters.Add(value is null ? new NpgsqlParameter(name, NpgsqlDbType.Text) { Value = DBNull.Value } : new NpgsqlParameter(name, value));
        }

        var rows = new List<Dictionary<string, object?>>();
        await using var reader = await command.ExecuteReaderAsync(Token);
        while (await reader.ReadAsync(Token))
        {
            rows.Add(Enumerable.Range(0, reader.FieldCount).ToDictionary(reader.GetName, at => reader.IsDBNull(at) ? null : reader.GetValue(at)));
        }

        return rows;
    }
}
