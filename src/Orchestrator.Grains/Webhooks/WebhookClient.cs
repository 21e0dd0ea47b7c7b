using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Orchestrator.Api.Admission.Webhooks;
using Orchestrator.Api.Machinery;
using Orchestrator.Store.Cache;

namespace Orchestrator.Grains.Webhooks;

/// <summary>Asks webhooks over HTTPS: addresses outside the cluster, and Services through one of their ready endpoints.</summary>
/// <remarks>Upstream: apiserver/pkg/util/webhook/client.go. Connections are kept per webhook server; redirects are not followed, no proxy is
/// used, and the server's certificate must be of the webhook's own authorities and name.</remarks>
internal sealed class WebhookClient(IWatchCache cache, TimeProvider clock) : IWebhookClient, IDisposable
{
    /// <summary>Bytes of an answer; a longer one is a fault of the webhook. An object of the largest size fits, patched.</summary>
    private const int MaxAnswerBytes = 3 * 1024 * 1024;

    /// <summary>Servers whose connections are kept; with one more all are let go, and those that are needed come back.</summary>
    private const int MaxClients = 100;

    /// <summary>How long a connection is kept, so that a Service's new endpoints get their share.</summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly Dictionary<(string Authority, WebhookService? Service, string CaBundle), HttpClient> clients = [];
    private int turns;

    /// <inheritdoc />
    public async Task<IReadOnlyList<(WebhookCall Call, WebhookReply Reply)>> AskAsync(
        IReadOnlyList<WebhookCall> calls, TimeSpan limit, CancellationToken cancellationToken)
    {
        var replies = await Task.WhenAll(calls.Select(call => AskAsync(call, limit, cancellationToken)));
        return [.. calls.Zip(replies)];
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (gate)
        {
            Forget();
        }
    }

    private async Task<WebhookReply> AskAsync(WebhookCall call, TimeSpan limit, CancellationToken cancellationToken)
    {
        var uid = Guid.NewGuid().ToString("D");
        if (call.Target.Address is not { } address)
        {
            return Failed(uid, Post(call, "the address is not one of https"));
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(call.Target.Timeout < limit ? call.Target.Timeout : limit);
        try
        {
            return await PostAsync(ClientFor(address, call.Target), address, call, uid, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed(uid, Post(call, "context deadline exceeded"));
        }
        catch (HttpRequestException failure)
        {
            return Failed(uid, Post(call, Explain(failure)));
        }
        catch (Exception failure) when (failure is IOException or CryptographicException or FormatException)
        {
            return Failed(uid, Post(call, failure.Message));
        }
    }

    private static async Task<WebhookReply> PostAsync(HttpClient client, Uri address, WebhookCall call, string uid, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(call.Review(uid));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        request.Headers.Accept.ParseAdd("application/json");
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        return response.IsSuccessStatusCode ? new WebhookReply(uid, body, null) : Failed(uid, WebhookRefusal.Text((int)response.StatusCode, body));
    }

    private static WebhookReply Failed(string uid, string fault) => new(uid, default, fault);

    private static string Post(WebhookCall call, string fault) => $"Post {GoText.Quote(call.Target.Text)}: {fault}";

    private static string Explain(HttpRequestException failure) => failure.InnerException switch
    {
        NoConnectionException unconnected => unconnected.Message,
        AuthenticationException untrusted => "tls: " + untrusted.Message,
        _ => failure.Message,
    };

    private HttpClient ClientFor(Uri address, WebhookTarget target)
    {
        var key = (address.Authority, target.Service, target.CaBundle);
        lock (gate)
        {
            if (!clients.TryGetValue(key, out var client))
            {
                if (clients.Count >= MaxClients)
                {
                    Forget();
                }

                client = Create(target, address.IdnHost);
                clients.Add(key, client);
            }

            return client;
        }
    }

    private HttpClient Create(WebhookTarget target, string host)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            PooledConnectionLifetime = ConnectionLifetime,
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = Trust(target.CaBundle),
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                    ServerTrust.Fault(host, certificate as X509Certificate2, chain, errors, clock.GetUtcNow()) is { } fault ? throw new NoConnectionException(fault) : true,
            },
            ConnectCallback = async (context, cancellationToken) => await ConnectAsync(target.Service, context.DnsEndPoint, cancellationToken),
        };

        return new HttpClient(handler) { MaxResponseContentBufferSize = MaxAnswerBytes, Timeout = Timeout.InfiniteTimeSpan };
    }

    private static X509ChainPolicy? Trust(string bundle)
    {
        if (bundle.Length == 0)
        {
            return null;
        }

        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPem(bundle);
        return policy;
    }

    private async ValueTask<Stream> ConnectAsync(WebhookService? service, DnsEndPoint wanted, CancellationToken cancellationToken)
    {
        if (service is not null)
        {
            wanted = ServiceEndpoints.Find(service, cache, Interlocked.Increment(ref turns), out var fault) ?? throw new NoConnectionException(fault!);
        }

        NoConnectionException? first = null;
        foreach (var address in await ResolveAsync(wanted.Host, cancellationToken))
        {
            var endpoint = new IPEndPoint(address, wanted.Port);
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(endpoint, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException failure)
            {
                socket.Dispose();
                first ??= new NoConnectionException($"dial tcp {endpoint}: connect: {Reason(failure)}");
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw first ?? NoSuchHost(wanted.Host);
    }

    private static async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        try
        {
            return IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellationToken);
        }
        catch (SocketException)
        {
            throw NoSuchHost(host);
        }
    }

    private static NoConnectionException NoSuchHost(string host) => new($"dial tcp: lookup {host}: no such host");

    private static string Reason(SocketException failure) => failure.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.HostUnreachable => "no route to host",
        SocketError.NetworkUnreachable => "network is unreachable",
        SocketError.TimedOut => "connection timed out",
        _ => failure.Message,
    };

    /// <summary>Clients are let go, not disposed: calls that run on them end first, and their connections die of age.</summary>
    private void Forget() => clients.Clear();
}
