using System.Globalization;
using System.Net;
using System.Text.Json;
using Orchestrator.HistoryChecker;
using Orchestrator.HistoryRun.Cluster;
using Orchestrator.TestKit.Silos;

namespace Orchestrator.HistoryRun.Load;

/// <summary>Sends requests to any silo and takes down what they come to.</summary>
internal sealed class ApiClient(Recorder recorder, string authorityFile) : IDisposable
{
    private const string Collection = "/api/v1/namespaces/history/configmaps";

    private readonly HttpClient http = ApiHttp.Create(authorityFile);

    /// <summary>Makes the namespace.</summary>
    public async Task PrepareAsync(SiloProcess silo, CancellationToken cancellationToken)
    {
        using var content = new StringContent("""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"history"}}""", System.Text.Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(new Uri(silo.Api, "/api/v1/namespaces"), content, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Does one operation.</summary>
    /// <param name="silo">Which silo to ask.</param>
    /// <param name="asked">What to ask; its id, silo and times are filled in here.</param>
    /// <param name="cancellationToken">Gives it up without taking it down.</param>
    public async Task<Operation> DoAsync(SiloProcess silo, Operation asked, CancellationToken cancellationToken)
    {
        asked = asked with { Id = recorder.NextId(), Silo = silo.Name, Begin = Recorder.Now };
        Operation done;
        try
        {
            using var request = RequestOf(silo, asked);
            using var answer = await http.SendAsync(request, cancellationToken);
            var body = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
            done = Read(asked with { End = Recorder.Now }, answer.StatusCode, body);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            recorder.CountFailure("no answer: " + e.GetType().Name);
            done = asked with { Outcome = Outcome.Unknown };
        }
        catch (OperationCanceledException)
        {
            // The run is over; what was sent may still be done.
            done = asked with { Outcome = Outcome.Unknown };
        }

        recorder.Add(done.Outcome == Outcome.Unknown ? done with { End = long.MaxValue } : done);
        return done;
    }

    /// <summary>Opens a watch.</summary>
    public Task<HttpResponseMessage> WatchAsync(SiloProcess silo, string query, CancellationToken cancellationToken) =>
        http.GetAsync(new Uri(silo.Api, $"{Collection}?watch=1&allowWatchBookmarks=true&{query}"), HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    /// <summary>The query of a label's selector.</summary>
    public static string SelectorQuery(string selector) => selector.Length == 0 ? "" : "&labelSelector=group%3D" + selector;

    public void Dispose() => http.Dispose();

    private static HttpRequestMessage RequestOf(SiloProcess silo, Operation asked)
    {
        var (method, path, body) = asked.Verb switch
        {
            Verb.Create => (HttpMethod.Post, Collection, Documents.Write(asked.Key, asked.Value, asked.Label, 0)),
            Verb.Update => (HttpMethod.Put, $"{Collection}/{asked.Key}", Documents.Write(asked.Key, asked.Value, asked.Label, asked.Expected)),
            Verb.Delete => (HttpMethod.Delete, $"{Collection}/{asked.Key}", Documents.Removal(asked.Expected)),
            Verb.Get => (HttpMethod.Get, $"{Collection}/{asked.Key}?{VersionQuery(asked)}", null),
            _ => (HttpMethod.Get, $"{Collection}?{VersionQuery(asked)}{SelectorQuery(asked.Selector)}", (byte[]?)null),
        };
        var request = new HttpRequestMessage(method, new Uri(silo.Api, path));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } };
        }

        return request;
    }

    private static string VersionQuery(Operation asked) => asked.Freshness switch
    {
        Freshness.Any => "resourceVersion=0",
        Freshness.NotOlderThan when asked.Verb == Verb.Get => string.Create(CultureInfo.InvariantCulture, $"resourceVersion={asked.Wanted}"),
        Freshness.NotOlderThan => string.Create(CultureInfo.InvariantCulture, $"resourceVersion={asked.Wanted}&resourceVersionMatch=NotOlderThan"),
        Freshness.Exact => string.Create(CultureInfo.InvariantCulture, $"resourceVersion={asked.Wanted}&resourceVersionMatch=Exact"),
        _ => "",
    };

    private Operation Read(Operation asked, HttpStatusCode code, byte[] body)
    {
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        var reason = root.TryGetProperty("reason", out var given) ? given.GetString()! : "";
        var outcome = ((int)code, reason) switch
        {
            (200 or 201, _) => Outcome.Ok,
            (409, "AlreadyExists") when asked.Verb == Verb.Create => Outcome.AlreadyExists,
            (409, "Conflict") when asked.Verb is Verb.Update or Verb.Delete => Outcome.Conflict,
            (404, "NotFound") when asked.Verb is Verb.Update or Verb.Delete or Verb.Get => Outcome.NotFound,
            (410, _) when asked.Freshness == Freshness.Exact => Outcome.Expired,
            (429, _) => Outcome.Refused,
            _ => Outcome.Unknown,
        };
        if (outcome == Outcome.Unknown)
        {
            var message = $"{asked.Verb} {(int)code} {reason}: {(root.TryGetProperty("message", out var text) ? text.GetString() : "")}";
            if (code is HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout)
            {
                recorder.CountFailure(message);
            }
            else
            {
                recorder.CountUnexpected(message);
            }
        }

        return outcome != Outcome.Ok ? asked with { Outcome = outcome } : asked.Verb switch
        {
            Verb.List => asked with
            {
                Outcome = outcome,
                Revision = Documents.Revision(root.GetProperty("metadata")),
                Items = [.. root.GetProperty("items").EnumerateArray().Select(Documents.Read)],
            },
            Verb.Delete => asked with { Outcome = outcome },
            Verb.Get => asked with { Outcome = outcome, Items = [Documents.Read(root)] },
            _ => asked with { Outcome = outcome, Revision = Documents.Read(root).Revision },
        };
    }
}
