namespace Orchestrator.Agent.Pods;

/// <summary>How long an ended container waits for its successor: none after the first failure, then 10 s doubling to 5 min, anew after 10 min of running.</summary>
/// <remarks>Each container carries how many failures came before it, so an agent that starts again waits as its predecessor would have.</remarks>
internal static class RestartBackOff
{
    /// <summary>Beyond this step the delay does not grow.</summary>
    private const int LastStep = 6;

    private static readonly TimeSpan Initial = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ResetAfter = TimeSpan.FromMinutes(10);

    /// <summary>The wait before a container's successor is started.</summary>
    public static TimeSpan DelayAfter(RuntimeContainer ended) => RanLong(ended) ? TimeSpan.Zero : Delay(ended.BackOffStep);

    /// <summary>When a container's successor may be started.</summary>
    public static DateTimeOffset NotBefore(RuntimeContainer ended) => ended.FinishedAt + DelayAfter(ended);

    /// <summary>The step of a container's successor.</summary>
    public static int StepAfter(RuntimeContainer? ended) => ended is null ? 0 : RanLong(ended) ? 1 : Math.Min(ended.BackOffStep + 1, LastStep);

    /// <summary>The wait that belongs to a step, here and for image pulls.</summary>
    public static TimeSpan Delay(int step)
    {
        if (step <= 0)
        {
            return TimeSpan.Zero;
        }

        var delay = Initial * Math.Pow(2, Math.Min(step, LastStep) - 1);
        return delay < Longest ? delay : Longest;
    }

    private static bool RanLong(RuntimeContainer ended) => ended.FinishedAt - ended.StartedAt >= ResetAfter && ended.StartedAt > DateTimeOffset.UnixEpoch;
}
