using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;
using Orchestrator.AgentProtocol;

namespace Orchestrator.Agent.Connection;

/// <summary>Channels to the cluster's gateways with this node's certificate, trusting the cluster's own authority alone.</summary>
internal sealed class GatewayChannels : IDisposable
{
    /// <summary>The protocol's bound of a message.</summary>
    private const int MaxMessageBytes = 16 << 20;

    /// <summary>Gateways known at once: one for each silo that ever asked for a stream. More than this is not one cluster.</summary>
    private const int MaxChannels = 64;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<string, GrpcChannel> _channels = new(StringComparer.Ordinal);
    private readonly X509Certificate2 _authority;
    private readonly X509Certificate2 _certificate;

    /// <summary>Reads the certificates.</summary>
    public GatewayChannels(AgentOptions options)
    {
        _authority = X509Certificate2.CreateFromPem(File.ReadAllText(options.AuthorityPath));
        _certificate = X509Certificate2.CreateFromPemFile(options.CertificatePath, options.KeyPath);
    }

    /// <summary>A client of the gateway at an address.</summary>
    public AgentGateway.AgentGatewayClient Client(string url)
    {
        if (_channels.Count >= MaxChannels && !_channels.ContainsKey(url))
        {
            throw new IOException($"more than {MaxChannels} gateways");
        }

        return new AgentGateway.AgentGatewayClient(_channels.GetOrAdd(url, Open));
    }

    public void Dispose()
    {
        foreach (var channel in _channels.Values)
        {
            channel.Dispose();
        }

        _certificate.Dispose();
        _authority.Dispose();
    }

    private GrpcChannel Open(string url) => GrpcChannel.ForAddress(url, new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = [_certificate],
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { _authority },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
            ConnectTimeout = ConnectTimeout,
            EnableMultipleHttp2Connections = true,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            KeepAlivePingDelay = PingDelay,
            KeepAlivePingTimeout = PingDelay,
            UseProxy = false,
        },
        DisposeHttpClient = true,
        MaxReceiveMessageSize = MaxMessageBytes,
        MaxSendMessageSize = MaxMessageBytes,
    });
}
