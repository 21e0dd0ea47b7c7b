using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Orchestrator.AgentProtocol;
using Orchestrator.Gateway.Certificates;
using Orchestrator.Host.Startup;

namespace Orchestrator.Host.Nodes;

/// <summary>Lets a host join: it makes a key of its own and has the cluster sign it, which costs a join token.</summary>
internal static class NodeJoin
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Joins and writes the node's files.</summary>
    /// <exception cref="StartupException">The server is not there, is another cluster's, or refuses the token.</exception>
    public static async Task RunAsync(Uri server, string nodeName, string token, string authorityPem, NodeFiles files, CancellationToken cancellationToken)
    {
        using var authority = X509Certificate2.CreateFromPem(authorityPem);
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = JoinAuthority.Trusting(authority);
        using var channel = GrpcChannel.ForAddress(server, new GrpcChannelOptions { HttpHandler = handler });
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=system:node:" + nodeName, key, HashAlgorithmName.SHA256);
        try
        {
            var reply = await new AgentGateway.AgentGatewayClient(channel).JoinAsync(
                new JoinRequest { Token = token, NodeName = nodeName, CertificateSigningRequest = ByteString.CopyFrom(request.CreateSigningRequest()) },
                deadline: DateTime.UtcNow + Patience, cancellationToken: cancellationToken);
            files.Write(new IssuedCertificate(reply.CertificatePem, key.ExportPkcs8PrivateKeyPem() + "\n"), authorityPem);
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Unauthenticated or StatusCode.InvalidArgument)
        {
            throw new StartupException($"the cluster refuses this host: {e.Status.Detail}. A token is made by './orchestrator token create'.", e);
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StartupException($"the server {server} could not be asked to join: {e.Status.Detail}", e);
        }
    }
}
