using Microsoft.Extensions.Hosting;
using Orchestrator.TestSilo;

// One silo as a process of its own, so that a test can take it away with kill -9. It ends when its input does: with the test, whatever becomes of that.
var silo = SiloSettings.Parse(args);
using var host = await RealSilo.StartAsync(silo, CancellationToken.None);
Console.WriteLine("ready");
while (await Console.In.ReadLineAsync() is not null)
{
}

await host.StopAsync();
