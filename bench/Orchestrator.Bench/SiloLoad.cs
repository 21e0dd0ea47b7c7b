using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Orchestrator.TestKit.Silos;

namespace Orchestrator.Bench;

/// <summary>What a client of <see cref="SiloLoad"/> does.</summary>
internal enum Work
{
    /// <summary>Replaces an object whose grain is active, on whichever silo.</summary>
    Update,

    /// <summary>Creates an object, whose grain has to be placed and found first.</summary>
    Create,

    /// <summary>Reads an object, as new as there is.</summary>
    Read,

    /// <summary>Changes a Deployment and waits until its controller has seen it.</summary>
    Reconcile,
}

/// <summary>One request and its answer, or a change of a Deployment until it was seen.</summary>
/// <param name="Work">What it was.</param>
/// <param name="Client">Which client: clients of updates and reconciles have an object each.</param>
/// <param name="Try">The first is 1.</param>
/// <param name="Begin">When it was sent.</param>
/// <param name="End">When it was answered.</param>
/// <param name="Fault">Why it failed; null: it did not.</param>
internal sealed record Attempt(Work Work, int Client, int Try, long Begin, long End, string? Fault)
{
    /// <summary>How long it took.</summary>
    public TimeSpan Took => Stopwatch.GetElapsedTime(Begin, End);
}

/// <summary>
/// A steady load on the silos of a cluster. Every client has one request in flight, so the objects of a lost silo hold up their own clients alone. What fails is tried
/// again at once at another silo, until it is done or <see cref="GivesUpAfter"/> has passed.
/// </summary>
internal sealed class SiloLoad : IAsyncDisposable
{
    /// <summary>About what client-go's ten retries with their pauses come to.</summary>
    private static readonly TimeSpan GivesUpAfter = TimeSpan.FromSeconds(15);

    /// <summary>A request's limit: longer than what is measured may take.</summary>
    private static readonly TimeSpan RequestPatience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// About a hundred requests a second: what two cores do without queues beside three silos that were started a moment ago, and so have most of their code still to
    /// compile.
    /// </summary>
    private static readonly Part[] Mix =
    [
        new(Work.Update, 24, TimeSpan.FromMilliseconds(400)),
        new(Work.Create, 4, TimeSpan.FromMilliseconds(400)),
        new(Work.Read, 4, TimeSpan.FromMilliseconds(200)),
        new(Work.Reconcile, 12, TimeSpan.FromMilliseconds(1000)),
    ];

    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";
    private const string Deployments = "/apis/apps/v1/namespaces/default/deployments";

    /// <summary>How many clients there are.</summary>
    public static readonly int Clients = Mix.Sum(part => part.Clients);

    private readonly HttpClient http;
    private readonly CancellationTokenSource stop;
    private readonly ConcurrentQueue<Attempt> attempts = new();
    private readonly ConcurrentQueue<Attempt> lost = new();
    private IReadOnlyList<SiloProcess> through;
    private Task running = Task.CompletedTask;
    private long created;

    private SiloLoad(SiloCluster cluster, IReadOnlyList<SiloProcess> through, CancellationToken cancellationToken)
    {
        this.through = through;
        http = cluster.CreateClient(RequestPatience);
        stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    }

    /// <summary>The silos that requests are sent to, in turn.</summary>
    public IReadOnlyList<SiloProcess> Through
    {
        get => Volatile.Read(ref through);
        set => Volatile.Write(ref through, value);
    }

    /// <summary>Every request so far.</summary>
    public IReadOnlyCollection<Attempt> Attempts => attempts;

    /// <summary>The last attempts of what was given up.</summary>
    public IReadOnlyCollection<Attempt> Lost => lost;

    /// <summary>Makes the objects and begins.</summary>
    public static async Task<SiloLoad> StartAsync(SiloCluster cluster, IReadOnlyList<SiloProcess> through, CancellationToken cancellationToken)
    {
        var load = new SiloLoad(cluster, through, cancellationToken);
        foreach (var (work, clients, _) in Mix)
        {
            for (var client = 0; client < clients && work is Work.Update or Work.Reconcile; client++)
            {
                await (work == Work.Update
                    ? load.SendAsync(through[0], HttpMethod.Post, ConfigMaps, ConfigMap.Document(Name(client), "0"))
                    : load.SendAsync(through[0], HttpMethod.Post, Deployments, Deployment(client)));
            }
        }

        load.running = Task.WhenAll(Mix.SelectMany(part => Enumerable.Range(0, part.Clients).Select(client => Task.Run(() => load.RunAsync(part.Work, client, part.Pause), cancellationToken))));
        return load;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        http.Dispose();
        stop.Dispose();
    }

    private static string Name(int client) => string.Create(CultureInfo.InvariantCulture, $"object-{client}");

    /// <summary>Without pods: what is measured is the controller, not the nodes that are not there.</summary>
    private static string Deployment(int client) => $$$"""
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"{{{Name(client)}}}"},"spec":{"replicas":0,"selector":{"matchLabels":{"app":"{{{Name(client)}}}"}},
         "template":{"metadata":{"labels":{"app":"{{{Name(client)}}}"}},"spec":{"containers":[{"name":"c","image":"none"}]} } } }
        """;

    private async Task RunAsync(Work work, int client, TimeSpan pause)
    {
        // Not all at the same time.
        await Task.Delay(pause * Random.Shared.NextDouble(), stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        for (var round = client; !stop.IsCancellationRequested; round++)
        {
            await DoAsync(work, client, round);
            await Task.Delay(pause, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Does one thing, however many tries it takes.</summary>
    private async Task DoAsync(Work work, int client, int round)
    {
        var first = Stopwatch.GetTimestamp();
        var name = string.Create(CultureInfo.InvariantCulture, $"new-{Interlocked.Increment(ref created)}");
        for (var number = 1; ; number++)
        {
            var silos = Through;
            var silo = silos[(round + number) % silos.Count];
            var began = Stopwatch.GetTimestamp();
            var fault = await TryAsync(silo, work, client, name, number);
            if (stop.IsCancellationRequested)
            {
                return;
            }

            var attempt = new Attempt(work, client, number, began, Stopwatch.GetTimestamp(), fault);
            attempts.Enqueue(attempt);
            if (fault is null)
            {
                return;
            }

            if (Stopwatch.GetElapsedTime(first) > GivesUpAfter)
            {
                lost.Enqueue(attempt);
                return;
            }

            await Task.Delay(RetryPause, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<string?> TryAsync(SiloProcess silo, Work work, int client, string name, int number)
    {
        try
        {
            var value = Stopwatch.GetTimestamp().ToString(CultureInfo.InvariantCulture);
            var (code, body) = await (work switch
            {
                Work.Update => SendAsync(silo, HttpMethod.Put, $"{ConfigMaps}/{Name(client)}", ConfigMap.Document(Name(client), value)),
                Work.Create => SendAsync(silo, HttpMethod.Post, ConfigMaps, ConfigMap.Document(name, value)),
                Work.Read => SendAsync(silo, HttpMethod.Get, $"{ConfigMaps}/{Name(client)}"),
                _ => ChangeDeploymentAsync(silo, client),
            });
            return code switch
            {
                HttpStatusCode.OK or HttpStatusCode.Created => null,

                // An attempt before this one was answered with a failure, and done all the same.
                HttpStatusCode.Conflict when work == Work.Create && number > 1 => null,
                _ => string.Create(CultureInfo.InvariantCulture, $"{(int)code} {Message(body)}"),
            };
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return "no answer: " + (e.InnerException ?? e).GetType().Name;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return "no answer in time";
        }
        catch (OperationCanceledException)
        {
            return "the end";
        }
    }

    /// <summary>Changes what a Deployment wants, and waits until its controller has said that it saw this.</summary>
    private async Task<(HttpStatusCode Code, byte[] Body)> ChangeDeploymentAsync(SiloProcess silo, int client)
    {
        var path = $"{Deployments}/{Name(client)}";
        var (code, body) = await SendAsync(silo, HttpMethod.Patch, path, $$$"""{"spec":{"minReadySeconds":{{{Random.Shared.Next(1, 500)}}}}}""");
        if (code != HttpStatusCode.OK)
        {
            return (code, body);
        }

        var wanted = Generation(body, "metadata", "generation");
        while (code == HttpStatusCode.OK && Generation(body, "status", "observedGeneration") < wanted)
        {
            await Task.Delay(LookPeriod, stop.Token);
            (code, body) = await SendAsync(silo, HttpMethod.Get, path);
        }

        return (code, body);
    }

    private static long Generation(byte[] body, string part, string field)
    {
        using var document = JsonDocument.Parse(body);
        return document.RootElement.TryGetProperty(part, out var found) && found.TryGetProperty(field, out var generation) ? generation.GetInt64() : 0;
    }

    private static string Message(byte[] body)
    {
        using var document = JsonDocument.Parse(body);
        return document.RootElement.TryGetProperty("message", out var message) ? message.GetString()! : "";
    }

    private async Task<(HttpStatusCode Code, byte[] Body)> SendAsync(SiloProcess silo, HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(silo.Api, path));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body))
            {
                Headers = { ContentType = new(method == HttpMethod.Patch ? "application/merge-patch+json" : "application/json") },
            };
        }

        using var answer = await http.SendAsync(request, stop.Token);
        return (answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(stop.Token));
    }

    /// <summary>A part of the load.</summary>
    /// <param name="Work">What its clients do.</param>
    /// <param name="Clients">How many there are.</param>
    /// <param name="Pause">Between one thing that is done and the next.</param>
    private sealed record Part(Work Work, int Clients, TimeSpan Pause);
}
