namespace Orchestrator.Grains.Controllers;

/// <summary>One shard of one controller. The key is <c>controller/number</c>.</summary>
[Alias("orchestrator.controller-shard")]
internal interface IControllerShardGrain : IGrainWithStringKey
{
    /// <summary>Makes sure that the shard's reminder is registered, and with that that it always lives somewhere.</summary>
    [Alias("ensure")]
    Task EnsureAsync();
}
