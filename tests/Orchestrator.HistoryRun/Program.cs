using System.CommandLine;
using Orchestrator.HistoryRun;

// A longer run than the one among the tests: dotnet Orchestrator.HistoryRun.dll --seed N --minutes M
var seed = new Option<int>("--seed") { Description = "Decides faults and load", DefaultValueFactory = _ => Random.Shared.Next(1, 1_000_000) };
var minutes = new Option<double>("--minutes") { Description = "How long faults come", DefaultValueFactory = _ => 4 };
var only = new Option<string>("--only") { Description = "Only faults whose name contains this", DefaultValueFactory = _ => "" };
var program = new Option<string>("--program") { Description = "The orchestrator.dll to run (this repository's)", DefaultValueFactory = _ => "" };
var root = new RootCommand("Runs a cluster of three silos through faults and judges what its clients saw") { seed, minutes, only, program };
root.SetAction(async (given, cancellationToken) =>
{
    var options = new RunOptions(given.GetValue(seed), TimeSpan.FromMinutes(given.GetValue(minutes)), given.GetValue(only)!, given.GetValue(program)!);
    var report = await HistoryRunner.RunAsync(options, Console.Out, cancellationToken);
    Console.WriteLine(report);
    Console.WriteLine(report.IsGood ? "GOOD" : "BAD");
    return report.IsGood ? 0 : 1;
});
return await root.Parse(args).InvokeAsync();
