namespace Orchestrator.Grains.Scheduling;

/// <summary>The scheduler: places pods that no node has yet. The key is <see cref="Key"/>.</summary>
[Alias("orchestrator.scheduler")]
public interface ISchedulerGrain : IGrainWithStringKey
{
    /// <summary>The default scheduler's key: its name, and the number of its only shard.</summary>
    const string Key = "default-scheduler/0";

    /// <summary>Makes sure that the scheduler's reminder is registered, and with that that it always lives somewhere.</summary>
    [Alias("ensure")]
    Task EnsureAsync();

    /// <summary>The last decision about a pod that still waits, as UTF-8 JSON: every node with what the plugins made of it; null when there is none.</summary>
    /// <param name="pod">The pod's key in its text form.</param>
    [Alias("explain")]
    Task<byte[]?> ExplainAsync(string pod);
}
