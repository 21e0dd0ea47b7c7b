using System.Security.Cryptography;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Orchestrator.AgentProtocol;
using Orchestrator.Api.Kinds;
using Orchestrator.Gateway.Certificates;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Gateway.Streaming;

namespace Orchestrator.Gateway.AgentEndpoint;

/// <summary>Where agents connect: lets hosts join, relays between an agent and its NodeGrain, and receives the streams that agents dial back with.</summary>
/// <remarks>An agent is known by its certificate alone; whatever it says about its name must agree with that.</remarks>
internal sealed partial class AgentGatewayEndpoint(GatewayServices gateway, ILogger<AgentGatewayEndpoint> logger) : AgentGateway.AgentGatewayBase
{
    /// <inheritdoc />
    public override Task<JoinReply> Join(JoinRequest request, ServerCallContext context)
    {
        if (!new JoinTokens(gateway.Cache, gateway.Clock).Accepts(request.Token))
        {
            throw new RpcException(new Status(StatusCode.Unauthenticated, "the join token is unknown or has expired"));
        }

        if (ObjectNames.DnsSubdomainErrors(request.NodeName).FirstOrDefault() is { } fault)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, $"node name \"{request.NodeName}\": {fault}"));
        }

        try
        {
            var certificate = gateway.Options.Authority.SignAgent(request.CertificateSigningRequest.ToByteArray(), request.NodeName);
            LogJoined(request.NodeName);
            return Task.FromResult(new JoinReply { CertificatePem = certificate, CaPem = gateway.Options.Authority.CertificatePem });
        }
        catch (CryptographicException unreadable)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, "the certificate signing request cannot be read: " + unreadable.Message));
        }
    }

    /// <inheritdoc />
    public override async Task Connect(IAsyncStreamReader<AgentMessage> requestStream, IServerStreamWriter<ServerMessage> responseStream, ServerCallContext context)
    {
        var node = await NodeOfAsync(context);
        if (!await requestStream.MoveNext(context.CancellationToken) || requestStream.Current.ContentCase != AgentMessage.ContentOneofCase.Hello)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, "the first message must be a Hello"));
        }

        if (requestStream.Current.Hello.NodeName != node)
        {
            throw new RpcException(new Status(StatusCode.PermissionDenied, $"this certificate is of node \"{node}\""));
        }

        LogConnected(node, requestStream.Current.Epoch);
        var conversation = new AgentConversation(gateway.Grains, node, requestStream, responseStream);
        await conversation.RunAsync(context.CancellationToken);
        LogDisconnected(node);
    }

    /// <inheritdoc />
    public override async Task Stream(IAsyncStreamReader<StreamFrame> requestStream, IServerStreamWriter<StreamFrame> responseStream, ServerCallContext context)
    {
        var node = await NodeOfAsync(context);
        if (!await requestStream.MoveNext(context.CancellationToken))
        {
            return;
        }

        using var stream = new AgentStream(requestStream, responseStream);
        if (!gateway.Streams.TryDeliver(requestStream.Current.StreamId, node, stream))
        {
            throw new RpcException(new Status(StatusCode.NotFound, "nobody waits for this stream"));
        }

        await stream.Finished.WaitAsync(context.CancellationToken);
    }

    private async Task<string> NodeOfAsync(ServerCallContext context)
    {
        var user = await gateway.Authenticator.AuthenticateAsync(context.GetHttpContext());
        return user is not null && NodeIdentity.NodeOf(user.Name, user.Groups) is { } node
            ? node
            : throw new RpcException(new Status(StatusCode.Unauthenticated, "a node's client certificate is needed"));
    }
}
