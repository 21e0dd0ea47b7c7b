namespace Orchestrator.Gateway.Streaming;

/// <summary>Waits for work that was told to end.</summary>
internal static class Settle
{
    /// <summary>Returns when all have ended, however they did: their faults mean that a side has gone, which is why they were told to end.</summary>
    public static async Task AllAsync(params Task[] work)
    {
        foreach (var one in work)
        {
            await one.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
