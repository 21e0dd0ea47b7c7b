using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources;
using Orchestrator.Api.Identity;
using Orchestrator.Store.Cache;

namespace Orchestrator.Gateway.Conversion;

/// <summary>HTTP clients for webhooks: one for each place and trust, so that connections are kept. A Service is reached through its ready endpoints.</summary>
internal sealed class WebhookClients(IWatchCache cache, int maxAnswerBytes) : IDisposable
{
    /// <summary>So many clients are kept; then all are let go and made again when asked for.</summary>
    private const int Kept = 256;

    private static readonly GroupResource Services = new("", "services");
    private static readonly GroupResource EndpointSlices = new("discovery.k8s.io", "endpointslices");

    private readonly ConcurrentDictionary<ConversionWebhook, HttpClient> clients = new();

    /// <summary>The address that a webhook is called at. As upstream's client, it is told how long it may take.</summary>
    /// <exception cref="UriFormatException">The definition gives no address.</exception>
    public static Uri Address(ConversionWebhook webhook) => new((webhook.ServiceName.Length == 0
        ? webhook.Url
        : string.Create(CultureInfo.InvariantCulture, $"https://{webhook.ServiceHost}:{webhook.ServicePort}/{webhook.ServicePath.TrimStart('/')}")) + "?timeout=30s");

    /// <summary>The client of a webhook.</summary>
    public HttpClient For(ConversionWebhook webhook)
    {
        if (clients.Count > Kept)
        {
            // Requests under way keep theirs; the collector closes what nobody holds any more.
            clients.Clear();
        }

        return clients.GetOrAdd(webhook, Make);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var client in clients.Values)
        {
            client.Dispose();
        }
    }

    private HttpClient Make(ConversionWebhook webhook)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        };
        if (webhook.CertificateAuthorities.Length > 0)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => IsTrusted(webhook.CertificateAuthorities, certificate, chain, errors);
        }

        if (webhook.ServiceName.Length > 0)
        {
            handler.ConnectCallback = (_, cancellationToken) => ConnectAsync(webhook, cancellationToken);
        }

        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = maxAnswerBytes };
    }

    /// <summary>True, or a reason in Go's words.</summary>
    /// <exception cref="AuthenticationException">The certificate is not trusted.</exception>
    private static bool IsTrusted(string authorities, X509Certificate? certificate, X509Chain? sent, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 presented || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            throw new AuthenticationException("no certificate");
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            throw new AuthenticationException("certificate is not valid for this name");
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.ImportFromPem(authorities);
        chain.ChainPolicy.ExtraStore.AddRange(sent?.ChainPolicy.ExtraStore ?? []);

        // A bundle may hold the webhook's own certificate, which then is its own root.
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority;
        if (chain.Build(presented) && chain.ChainElements.Any(element => chain.ChainPolicy.CustomTrustStore.Any(root => root.RawDataMemory.Span.SequenceEqual(element.Certificate.RawDataMemory.Span))))
        {
            return true;
        }

        throw new AuthenticationException(chain.ChainStatus.Any(status => status.Status == X509ChainStatusFlags.NotTimeValid)
            ? "certificate has expired or is not yet valid"
            : "certificate signed by unknown authority");
    }

    private async ValueTask<Stream> ConnectAsync(ConversionWebhook webhook, CancellationToken cancellationToken)
    {
        var place = Endpoint(webhook) ?? throw new HttpRequestException($"no endpoints available for service \"{webhook.ServiceName}\"");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(place, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A ready endpoint behind the Service's port.</summary>
    private IPEndPoint? Endpoint(ConversionWebhook webhook)
    {
        if (cache.Get(new ObjectKey(Services.Group, Services.Resource, webhook.ServiceNamespace, webhook.ServiceName)) is not { } stored)
        {
            return null;
        }

        var ports = JsonNode.Parse(stored.Document.Span)?["spec"]?["ports"] as JsonArray ?? [];
        var port = ports.FirstOrDefault(candidate => (int?)candidate?["port"] == webhook.ServicePort);
        if (port is null)
        {
            return null;
        }

        var name = (string?)port["name"] ?? "";
        var candidates = cache.List(EndpointSlices, webhook.ServiceNamespace)
            .Select(slice => JsonNode.Parse(slice.Document.Span)!)
            .Where(slice => (string?)slice["metadata"]?["labels"]?["kubernetes.io/service-name"] == webhook.ServiceName)
            .SelectMany(slice => Addresses(slice, name))
            .ToList();
        return candidates.Count == 0 ? null : candidates[Random.Shared.Next(candidates.Count)];
    }

    private static IEnumerable<IPEndPoint> Addresses(JsonNode slice, string portName)
    {
        var port = (slice["ports"] as JsonArray ?? []).FirstOrDefault(candidate => ((string?)candidate?["name"] ?? "") == portName);
        if ((int?)port?["port"] is not { } number)
        {
            return [];
        }

        return (slice["endpoints"] as JsonArray ?? [])
            .Where(endpoint => (bool?)endpoint?["conditions"]?["ready"] != false)
            .SelectMany(endpoint => (endpoint?["addresses"] as JsonArray ?? []).Select(address => (string?)address))
            .Where(address => IPAddress.TryParse(address, out _))
            .Select(address => new IPEndPoint(IPAddress.Parse(address!), number));
    }
}
