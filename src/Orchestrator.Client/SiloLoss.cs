namespace Orchestrator.Client;

/// <summary>Tells the loss of a silo or of the way to it from every other fault, and reads anew while there is patience.</summary>
internal static class SiloLoss
{
    /// <summary>Between attempts: a lost silo is noticed after a second or so, and a gateway that is left is there at once.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>The call did not reach the cluster, or its answer did not reach us.</summary>
    public static bool Is(Exception fault) => fault is OrleansException or TimeoutException or EnumerationAbortedException;

    /// <summary>Repeats a read, which does no harm when it has already been done.</summary>
    public static async Task<T> ReadAsync<T>(Func<Task<T>> read, TimeSpan patience, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return await read();
            }
            catch (Exception fault) when (Is(fault) && TimeProvider.System.GetElapsedTime(began) < patience)
            {
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }
}
