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

/// <summary>Posts to the servers of webhooks over HTTPS: at addresses outside the cluster, and of Services at one of their ready endpoints.</summary>
/// <remarks>Upstream: apiserver/pkg/util/webhook/client.go. Connections are kept per webhook server; redirects are not followed, no proxy is
/// used, and the server's certificate must be of the webhook's own authorities and name.</remarks>
/// <param name="cache">Where Services and their endpoints are read.</param>
/// <param name="clock">The time, by which certificates are judged.</param>
/// <param name="maxAnswerBytes">Bytes of an answer; a longer one is a fault of the webhook.</param>
internal sealed class WebhookServers(IWatchCache cache, TimeProvider clock, int maxAnswerBytes) : IDisposable
{
    /// <summary>Servers whose connections are kept; with one more all are let go, and those that are needed come back.</summary>
    private const int MaxClients = 100;

    /// <summary>How long a connection is kept, so that a Service's new endpoints get their share.</summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(1);

    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly Lock gate = new();
    private readonly Dictionary<(string Authority, WebhookService? Service, string CaBundle), HttpClient> clients = [];
    private int turns;

    /// <inheritdoc />
    public void Dispose()
    {
        lock (gate)
        {
            Forget();
        }
    }

    /// <summary>Posts a question in JSON.</summary>
    /// <param name="target">The webhook; its own timeout counts too.</param>
    /// <param name="question">The body.</param>
    /// <param name="limit">How long it may take; zero or less: no time is left.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<WebhookAnswer> PostAsync(WebhookTarget target, byte[] question, TimeSpan limit, CancellationToken cancellationToken)
    {
        if (target.Address is not { } address)
        {
            return Unreached("the address is not one of https");
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit = target.Timeout < limit ? target.Timeout : limit;
        patience.CancelAfter(limit > TimeSpan.Zero ? limit : TimeSpan.Zero);
        try
        {
            using var content = new ByteArrayContent(question) { Headers = { ContentType = Json } };
            using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
            request.Headers.Accept.ParseAdd("application/json");
            using var response = await ClientFor(address, target).SendAsync(request, HttpCompletionOption.ResponseContentRead, patience.Token);
            var body = await response.Content.ReadAsByteArrayAsync(patience.Token);
            return response.IsSuccessStatusCode ? new WebhookAnswer(body, null) : new WebhookAnswer([], WebhookRefusal.Text((int)response.StatusCode, body));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Unreached("context deadline exceeded");
        }
        catch (HttpRequestException failure)
        {
            return Unreached(Explain(failure));
        }
        catch (Exception failure) when (failure is IOException or CryptographicException or FormatException)
        {
            // Expected of a webhook: it breaks off, or what its configuration says of it makes no sense.
            return Unreached(failure.Message);
        }

        WebhookAnswer Unreached(string fault) => new([], $"Post {GoText.Quote(target.Text)}: {fault}");
    }

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
        var trust = Trust(target.CaBundle);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            PooledConnectionLifetime = ConnectionLifetime,
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = trust,
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                    ServerTrust.Fault(host, certificate as X509Certificate2, chain, ServerTrust.Judge(errors, chain, trust?.CustomTrustStore), clock.GetUtcNow()) is { } fault ? throw new NoConnectionException(fault) : true,
            },
            ConnectCallback = async (context, cancellationToken) => await ConnectAsync(target.Service, context.DnsEndPoint, cancellationToken),
        };

        return new HttpClient(handler) { MaxResponseContentBufferSize = maxAnswerBytes, Timeout = Timeout.InfiniteTimeSpan };
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

/// <summary>What came of a question.</summary>
/// <param name="Body">The answer of a server that answered with success.</param>
/// <param name="Fault">Why there is none, in upstream's words.</param>
internal sealed record WebhookAnswer(byte[] Body, string? Fault);
