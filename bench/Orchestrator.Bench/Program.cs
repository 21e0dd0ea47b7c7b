using Orchestrator.Bench;

// ./orchestrator bench [NAME] [--json FILE] [--kube-apiserver FILE] [--runtime runc|crun] [--seconds N]
var options = BenchOptions.Parse(args);
if (options is null)
{
    Console.Error.WriteLine($"usage: ./orchestrator bench [{string.Join(" | ", Benchmarks.All.Select(benchmark => benchmark.Name))}] [--json FILE] [--kube-apiserver FILE] [--runtime runc|crun] [--seconds N]");
    return 2;
}

using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    // The first interrupt ends the measurement and takes the cluster away; a second one ends this process.
    pressed.Cancel = !interrupted.IsCancellationRequested;
    interrupted.Cancel();
};
var report = new Report();
foreach (var benchmark in Benchmarks.All.Where(benchmark => options.Name is null || benchmark.Name == options.Name))
{
    Console.WriteLine($"{benchmark.Name}: {benchmark.Measures}");
    await benchmark.RunAsync(options, report, interrupted.Token);
}

if (options.JsonFile is { } file)
{
    await File.WriteAllTextAsync(file, report.ToJson());
}

return 0;
