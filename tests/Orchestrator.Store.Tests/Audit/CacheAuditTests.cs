using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Api.Identity;
using Orchestrator.Store.Audit;
using Orchestrator.Store.Cache;
using Orchestrator.TestKit.Postgres;

namespace Orchestrator.Store.Tests.Audit;

public sealed class CacheAuditTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Cache_and_database_agree_at_every_revision_while_writers_go_on()
    {
        await using var silo = await StoreUnderTest.StartAsync(postgres.Options, Token);
        var audit = silo.Services.GetRequiredService<ICacheAudit>();
        var writing = Task.WhenAll(Enumerable.Range(0, 4).Select(async writer =>
        {
            var key = Make.ConfigMap($"a{writer}", "audit");
            var revision = Revision.None;
            for (var step = 0; step < 60; step++)
            {
                revision = (await silo.Store.PutAsync(Make.Write(key, revision, $"{step}"))).Revision;
            }
        }));
        var audits = 0;
        do
        {
            var report = await audit.RunAsync(Token);
            Assert.True(report!.Agrees, report.ToString());
            audits++;
        }
        while (!writing.IsCompleted);

        await writing;
        Assert.True(audits > 1);
        var last = await audit.RunAsync(Token);
        Assert.Equal((true, last), (last!.Agrees, audit.Last));
    }

    [Fact]
    public async Task A_cache_that_lacks_an_object_is_found_out()
    {
        var options = postgres.Options with { ConnectionString = PostgresServer.Shared.CreateDatabase() };
        await using var silo = await StoreUnderTest.StartAsync(options, Token);
        await silo.Store.PutAsync(Make.Write(Make.ConfigMap("kept", "audit")));
        await silo.Store.PutAsync(Make.Write(Make.ConfigMap("lost", "audit")));
        var revision = await silo.Cache.ReachCurrentAsync(Token);
        var cache = silo.Services.GetRequiredService<WatchCache>();
        cache.Load(revision, default, [cache.Find(Make.ConfigMap("kept", "audit"))!]);

        var report = await silo.Services.GetRequiredService<ICacheAudit>().RunAsync(Token);
        Assert.Equal((false, 1, 2), (report!.Agrees, report.CacheObjects, report.StoreObjects));
    }

    [Fact]
    public void The_digest_does_not_depend_on_the_order_but_on_every_part()
    {
        var (a, b) = (Make.ConfigMap("a"), Make.ConfigMap("b"));
        var digest = Digest((a, 1, "x"), (b, 2, "y"));
        Assert.Equal(digest, Digest((b, 2, "y"), (a, 1, "x")));
        Assert.NotEqual(digest, Digest((a, 1, "x")));
        Assert.NotEqual(digest, Digest((a, 2, "x"), (b, 2, "y")));
        Assert.NotEqual(digest, Digest((a, 1, "x"), (b, 2, "z")));
        Assert.NotEqual(digest, Digest((a, 1, "y"), (b, 2, "x")));
    }

    private static string Digest(params (ObjectKey Key, long Revision, string Document)[] objects)
    {
        var digest = new StateDigest();
        foreach (var (key, revision, document) in objects)
        {
            digest.Add(key, new Revision(revision), System.Text.Encoding.UTF8.GetBytes(document));
        }

        return digest.ToString();
    }
}
