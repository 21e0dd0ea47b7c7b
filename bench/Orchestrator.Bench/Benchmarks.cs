namespace Orchestrator.Bench;

/// <summary>One benchmark.</summary>
/// <param name="Name">How it is called on the command line.</param>
/// <param name="Measures">What it measures, in a line.</param>
/// <param name="RunAsync">Runs it.</param>
internal sealed record Benchmark(string Name, string Measures, Func<BenchOptions, Report, CancellationToken, Task> RunAsync);

/// <summary>Every benchmark: a new one is a line here.</summary>
internal static class Benchmarks
{
    public static IReadOnlyList<Benchmark> All { get; } =
    [
        new("store", "commits per second without HTTP, grains and decisions, by one silo's store and by two", StoreLoad.RunAsync),
        new("api", "requests per second over HTTPS from another process, 1 KB ConfigMaps", ApiLoad.RunAsync),
        new("watch", "events per second to many watchers at 100 writes a second, and their delay", WatchLoad.RunAsync),
        new("list", "lists of 10,000 pods: time, and what the server allocates for each", ListLoad.RunAsync),
        new("scale", "gets, lists, creates, memory and cold starts from 1,000 to 500,000 objects, and after 1,000,000 writes", ScaleLoad.RunAsync),
        new("pod-start", "from POST to Running as a watcher sees it, the image being present, beside the bare CRI calls", PodStart.RunAsync),
        new("failover", "three silos under load: one killed, frozen, restarted, a fourth that comes and goes; who is held up, and for how long", SiloLoss.RunAsync),
        new("compaction", "writes of 16 clients while partitions of the change log are dropped and watchers read", CompactionLoad.RunAsync),
        new("idle", "memory and processor time of server, PostgreSQL and agent with 10 pods over 60 s", Idle.RunAsync),
    ];
}
