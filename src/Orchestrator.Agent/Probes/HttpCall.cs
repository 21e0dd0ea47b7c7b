using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using k8s.Models;

namespace Orchestrator.Agent.Probes;

/// <summary>One HTTP request to a container, as probes and lifecycle hooks make it.</summary>
internal static class HttpCall
{
    /// <summary>What servers may tell probes by. Upstream sends the node's Kubernetes version.</summary>
    private const string UserAgent = "kube-probe/1.36";

    private static readonly HttpClient Client = MakeClient();

    /// <summary>The address that an action asks for.</summary>
    /// <exception cref="FormatException">It names no port, or makes no address.</exception>
    public static Uri UriOf(V1HTTPGetAction action, V1Container container, string podIp)
    {
        var scheme = string.Equals(action.Scheme, "HTTPS", StringComparison.OrdinalIgnoreCase) ? "https" : "http";
        var host = string.IsNullOrEmpty(action.Host) ? podIp : action.Host;
        var path = action.Path ?? "";
        return new Uri($"{scheme}://{ProbeTarget.Joined(host, ProbeTarget.Port(action.Port, container))}{(path.StartsWith('/') ? path : "/" + path)}");
    }

    /// <summary>Sends the request; the caller reads and disposes the response.</summary>
    public static async Task<HttpResponseMessage> SendAsync(Uri uri, V1HTTPGetAction action, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        request.Headers.ConnectionClose = true;
        request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        request.Headers.TryAddWithoutValidation("Accept", "*/*");
        foreach (var group in (action.HttpHeaders ?? []).GroupBy(header => header.Name, StringComparer.OrdinalIgnoreCase))
        {
            request.Headers.Remove(group.Key);
            var values = group.Select(header => header.Value ?? "").ToList();
            if (string.Equals(group.Key, "Host", StringComparison.OrdinalIgnoreCase))
            {
                request.Headers.Host = values[0];
            }
            else if (values is not [""] || !IsDefaulted(group.Key))
            {
                request.Headers.TryAddWithoutValidation(group.Key, values);
            }
        }

        return await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <summary>The beginning of a response's body.</summary>
    public static async Task<string> ReadBodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[ProbeOutcome.OutputLimit];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    /// <summary>Why a request failed.</summary>
    public static string Describe(Uri uri, Exception failure)
    {
        var cause = failure switch
        {
            OperationCanceledException => "context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
            { InnerException: SocketException socket } => DialFailure.Of(ProbeTarget.Joined(uri.Host.Trim('[', ']'), uri.Port), socket),
            HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } => "EOF",
            { InnerException: { } inner } => inner.Message,
            _ => failure.Message,
        };
        return $"Get \"{uri.OriginalString}\": {cause}";
    }

    /// <summary>A header that is given as empty is left out, when it would be there without being given.</summary>
    private static bool IsDefaulted(string name) =>
        string.Equals(name, "Accept", StringComparison.OrdinalIgnoreCase) || string.Equals(name, "User-Agent", StringComparison.OrdinalIgnoreCase);

    /// <summary>Every probe has a connection of its own, so that it sees what a new client sees.</summary>
    [SuppressMessage("Security", "CA5359", Justification = "A probe asks whether a container answers, not who it is: certificates in pods seldom name the pod's address. Upstream does the same.")]
    private static HttpClient MakeClient() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.Zero,
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true },
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };
}
