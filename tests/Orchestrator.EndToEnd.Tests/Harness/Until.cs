using System.Diagnostics;

namespace Orchestrator.EndToEnd.Tests.Harness;

/// <summary>Waits for what a cluster does in its own time.</summary>
public static class Until
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Asks again until the answer is as wanted.</summary>
    /// <param name="what">What is waited for, for the message.</param>
    /// <param name="ask">Asks.</param>
    /// <param name="wanted">Whether the answer will do.</param>
    /// <param name="seconds">How long it may take.</param>
    public static async Task<T> AsWantedAsync<T>(string what, Func<Task<T>> ask, Func<T, bool> wanted, int seconds = 60)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var answer = await ask();
            if (wanted(answer))
            {
                return answer;
            }

            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(seconds), $"{what}: not so after {seconds} s; last seen: {answer}");
            await Task.Delay(Pause, TestContext.Current.CancellationToken);
        }
    }
}
