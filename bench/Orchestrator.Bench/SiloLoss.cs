using System.Diagnostics;
using System.Globalization;
using Orchestrator.TestKit.Silos;

namespace Orchestrator.Bench;

/// <summary>Three silos under load, of which one is killed, frozen or restarted, and a fourth that comes and goes: how long who was held up.</summary>
internal static class SiloLoss
{
    private const string Name = "failover";
    private const int Silos = 3;
    private const int Rounds = 3;

    /// <summary>So many of the requests that ended last are told one by one.</summary>
    private const int Longest = 8;

    /// <summary>What is aimed at for a silo that was killed and for one that is frozen: a round that held clients up for longer is told in detail.</summary>
    private static readonly TimeSpan KilledAim = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan FrozenAim = TimeSpan.FromSeconds(8);

    /// <summary>Three silos have their code to compile first, on two cores.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(40);

    /// <summary>Until what was sent to a silo has been answered, and a cluster that has changed is at rest.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    /// <summary>How long after a loss was noticed requests are looked at.</summary>
    private static readonly TimeSpan After = TimeSpan.FromSeconds(3);

    /// <summary>How long the cluster is looked at without a fault.</summary>
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>A request that took longer was held up. None does without a fault.</summary>
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(500);

    public static async Task RunAsync(BenchOptions options, Report report, CancellationToken cancellationToken)
    {
        await Yardsticks.MeasureAsync(Name, options, report, cancellationToken);
        await using var cluster = await SiloCluster.StartAsync(Silos, spare: 1, cancellationToken);
        var members = cluster.Silos.Take(Silos).ToArray();
        await using var load = await SiloLoad.StartAsync(cluster, members, cancellationToken);
        await Task.Delay(WarmUp, cancellationToken);
        await CalmAsync(load, report, cancellationToken);
        await LossesAsync(new Loss("kill -9", Signals.Kill, KilledAim), cluster, load, report, cancellationToken);
        await LossesAsync(new Loss("SIGSTOP", Signals.Stop, FrozenAim), cluster, load, report, cancellationToken);
        await RollAsync(cluster, load, report, cancellationToken);
        await ComeAndGoAsync(cluster, load, report, cancellationToken);
    }

    /// <summary>The yardstick: the same time without a fault.</summary>
    private static async Task CalmAsync(SiloLoad load, Report report, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        await Task.Delay(Calm, cancellationToken);
        var period = Period.Since(load, began);
        foreach (var work in Enum.GetValues<Work>())
        {
            report.Add(Name, $"no fault: {Named(work)}", [.. period.Attempts.Where(attempt => attempt.Work == work).Select(attempt => attempt.Took)], Stopwatch.GetElapsedTime(began));
        }

        Tell(report, "no fault", [.. period.HeldUp()], load);
    }

    private static async Task LossesAsync(Loss loss, SiloCluster cluster, SiloLoad load, Report report, CancellationToken cancellationToken)
    {
        List<TimeSpan> noticed = [], served = [];
        var healed = Enum.GetValues<Work>().ToDictionary(work => work, _ => new List<TimeSpan>());
        List<Attempt> heldUp = [];
        var members = load.Through;
        for (var round = 0; round < Rounds; round++)
        {
            var victim = members[round % members.Count];
            load.Through = [.. members.Where(silo => silo != victim)];
            await Task.Delay(Settling, cancellationToken);
            var began = Stopwatch.GetTimestamp();
            victim.Signal(loss.Signal);
            noticed.Add(await cluster.DeadAsync(victim, began, cancellationToken));
            await Task.Delay(After, cancellationToken);
            await EveryClientWorksAsync(load, Stopwatch.GetTimestamp(), cancellationToken);
            var period = Period.Since(load, began);
            heldUp.AddRange(period.HeldUp());
            foreach (var (work, times) in healed)
            {
                times.Add(period.HeldUpFor(work));
            }

            if (healed.Values.Any(times => times[^1] > loss.Aim))
            {
                Tell(period, loss.Aim);
            }

            await EndAsync(victim, cancellationToken);
            victim.Start();
            served.Add(await cluster.ServesAsync(victim, cancellationToken));
            load.Through = members;
            await Task.Delay(Settling, cancellationToken);
        }

        report.AddRounds(Name, $"{loss.How}: dead in the membership table after", noticed);
        foreach (var (work, times) in healed)
        {
            report.AddRounds(Name, $"{loss.How}: last {Named(work)} held up, until", times);
        }

        report.AddRounds(Name, $"{loss.How}: back, from its start to serving", served);
        Tell(report, loss.How, heldUp, load);
    }

    /// <summary>One silo after the other is told to stop and started again; clients go on with all three.</summary>
    private static async Task RollAsync(SiloCluster cluster, SiloLoad load, Report report, CancellationToken cancellationToken)
    {
        List<TimeSpan> stopped = [], served = [];
        var began = Stopwatch.GetTimestamp();
        foreach (var silo in load.Through)
        {
            stopped.Add(await StopAsync(silo, cancellationToken));
            silo.Start();
            served.Add(await cluster.ServesAsync(silo, cancellationToken));
            await Task.Delay(Settling, cancellationToken);
        }

        await EveryClientWorksAsync(load, Stopwatch.GetTimestamp(), cancellationToken);
        var period = Period.Since(load, began);
        report.AddRounds(Name, "rolling restart: stopped after", stopped);
        report.AddRounds(Name, "rolling restart: back, from its start to serving", served);
        report.Add(Name, "rolling restart: requests", period.Attempts.Count, "");
        Tell(report, "rolling restart", [.. period.HeldUp()], load);
    }

    /// <summary>A fourth silo joins and leaves; clients stay with the three.</summary>
    private static async Task ComeAndGoAsync(SiloCluster cluster, SiloLoad load, Report report, CancellationToken cancellationToken)
    {
        List<TimeSpan> stopped = [], served = [];
        var fourth = cluster.Silos[Silos];
        var began = Stopwatch.GetTimestamp();
        for (var round = 0; round < 2; round++)
        {
            fourth.Start();
            served.Add(await cluster.ServesAsync(fourth, cancellationToken));
            await Task.Delay(After, cancellationToken);
            stopped.Add(await StopAsync(fourth, cancellationToken));
            await Task.Delay(Settling, cancellationToken);
        }

        await EveryClientWorksAsync(load, Stopwatch.GetTimestamp(), cancellationToken);
        var period = Period.Since(load, began);
        report.AddRounds(Name, "a fourth silo: serves after", served);
        report.AddRounds(Name, "a fourth silo: gone after", stopped);
        report.Add(Name, "a fourth silo: requests to the others", period.Attempts.Count, "");
        Tell(report, "a fourth silo", [.. period.HeldUp()], load);
    }

    /// <summary>What was held up last, in the order in which it ended.</summary>
    private static void Tell(Period period, TimeSpan aim)
    {
        foreach (var attempt in period.HeldUp().Where(attempt => period.Until(attempt.End) > aim).OrderBy(attempt => attempt.End).TakeLast(Longest))
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"    a slow round: {attempt.Work} {attempt.Client}, try {attempt.Try}, took {attempt.Took.TotalSeconds:F2} s until {period.Until(attempt.End).TotalSeconds:F2} s, {attempt.Fault ?? "done"}"));
        }
    }

    private static void Tell(Report report, string what, List<Attempt> heldUp, SiloLoad load)
    {
        report.Add(Name, $"{what}: failed and tried again", heldUp.Count(attempt => attempt.Fault is not null), "requests");
        report.Add(Name, $"{what}: answered, but held up", heldUp.Count(attempt => attempt.Fault is null), "requests");
        report.Add(Name, $"{what}: clients with one of these", heldUp.Select(attempt => (attempt.Work, attempt.Client)).Distinct().Count(), "");
        foreach (var faults in heldUp.Where(attempt => attempt.Fault is not null).GroupBy(attempt => $"{attempt.Work}: {attempt.Fault}").OrderByDescending(group => group.Count()))
        {
            Console.WriteLine($"    {faults.Count()} x {faults.Key}");
        }

        report.Add(Name, $"{what}: given up, since the start", load.Lost.Count, "requests");
    }

    private static async Task<TimeSpan> StopAsync(SiloProcess silo, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        silo.Signal(Signals.Terminate);
        return await silo.GoneAsync(Patience, cancellationToken)
            ? Stopwatch.GetElapsedTime(began)
            : throw new InvalidOperationException($"{silo.Name} does not stop when it is told to:\n{silo.Log}");
    }

    /// <summary>A silo that was frozen finds itself declared dead and ends; one that was killed has ended.</summary>
    private static async Task EndAsync(SiloProcess silo, CancellationToken cancellationToken)
    {
        silo.Signal(Signals.Continue);
        if (!await silo.GoneAsync(Patience, cancellationToken))
        {
            throw new InvalidOperationException($"{silo.Name} lives on although it was declared dead:\n{silo.Log}");
        }
    }

    /// <summary>Waits until every client has done something that it began after a moment.</summary>
    private static async Task EveryClientWorksAsync(SiloLoad load, long since, CancellationToken cancellationToken)
    {
        while (load.Attempts.Where(attempt => attempt.Begin >= since && attempt.Fault is null).Select(attempt => (attempt.Work, attempt.Client)).Distinct().Count() < SiloLoad.Clients)
        {
            if (Stopwatch.GetElapsedTime(since) > Patience)
            {
                throw new InvalidOperationException($"some clients do not get on any more; last of all: {load.Attempts.LastOrDefault(attempt => attempt.Fault is not null)}");
            }

            await Task.Delay(200, cancellationToken);
        }
    }

    private static string Named(Work work) => work switch
    {
        Work.Update => "update",
        Work.Create => "create",
        Work.Read => "read",
        _ => "Deployment's controller",
    };

    /// <summary>What was under way since a moment.</summary>
    private sealed record Period(long Began, IReadOnlyList<Attempt> Attempts)
    {
        public static Period Since(SiloLoad load, long began) => new(began, [.. load.Attempts.Where(attempt => attempt.End >= began)]);

        /// <summary>What failed or took long.</summary>
        public IEnumerable<Attempt> HeldUp() => Attempts.Where(attempt => attempt.Fault is not null || attempt.Took > Slow);

        /// <summary>From the beginning until the last of what failed or took long was answered.</summary>
        public TimeSpan HeldUpFor(Work work) =>
            HeldUp().Where(attempt => attempt.Work == work).Select(attempt => Until(attempt.End)).DefaultIfEmpty().Max();

        /// <summary>The time from the beginning to a moment.</summary>
        public TimeSpan Until(long moment) => Stopwatch.GetElapsedTime(Began, moment);
    }

    /// <summary>How a silo is lost.</summary>
    /// <param name="How">Its name in the table.</param>
    /// <param name="Signal">What is sent to it.</param>
    /// <param name="Aim">By when all should be well again.</param>
    private sealed record Loss(string How, int Signal, TimeSpan Aim);
}
