using System.Diagnostics;
using System.Globalization;
using Xunit.Sdk;

namespace Orchestrator.Api.Tests.Fuzz;

/// <summary>Runs a check on inputs that a seed makes, for a bounded time. What fails says its seed; FUZZ_SEED and FUZZ_SECONDS choose others.</summary>
internal static class Fuzzing
{
    /// <summary>Nothing that fits into a request body may take longer, even on a busy machine.</summary>
    private static readonly TimeSpan LongestRun = TimeSpan.FromSeconds(5);

    /// <summary>Nor more memory: a body is bounded by 3 MiB, and inputs here are far smaller.</summary>
    private const long MostBytes = 512L * 1024 * 1024;

    private static int FirstSeed => Number("FUZZ_SEED", 20261127);

    private static TimeSpan Budget => TimeSpan.FromSeconds(Number("FUZZ_SECONDS", 2));

    public static void Run(Action<Random> check)
    {
        var end = Stopwatch.StartNew();
        for (var seed = FirstSeed; end.Elapsed < Budget; seed++)
        {
            RunOne(seed, check);
        }
    }

    private static void RunOne(int seed, Action<Random> check)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var time = Stopwatch.StartNew();
        try
        {
            check(new Random(seed));
        }
        catch (Exception failure)
        {
            throw new XunitException(string.Create(CultureInfo.InvariantCulture, $"FUZZ_SEED={seed}: {failure}"), failure);
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(time.Elapsed < LongestRun && allocated < MostBytes, string.Create(CultureInfo.InvariantCulture, $"FUZZ_SEED={seed}: {time.Elapsed}, {allocated} bytes"));
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
