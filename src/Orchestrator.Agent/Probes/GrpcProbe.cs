using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using Orchestrator.AgentProtocol.Health;

namespace Orchestrator.Agent.Probes;

/// <summary>Asks a gRPC server for its health: SERVING passes.</summary>
/// <remarks>Upstream: pkg/probe/grpc. Without TLS, like upstream.</remarks>
internal static class GrpcProbe
{
    private const string Protocol = "grpc health protocol (grpc.health.v1.Health)";

    /// <summary>One attempt.</summary>
    public static async Task<ProbeOutcome> ProbeAsync(string host, int port, string? service, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var address = ProbeTarget.Joined(host, port);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(timeout);
        try
        {
            using var handler = new SocketsHttpHandler { UseProxy = false };
            using var channel = GrpcChannel.ForAddress($"http://{address}", new GrpcChannelOptions { HttpHandler = handler, MaxReceiveMessageSize = ProbeOutcome.OutputLimit });
            var answer = await new Health.HealthClient(channel).CheckAsync(
                new HealthCheckRequest { Service = service ?? "" }, cancellationToken: patience.Token);
            return answer.Status == HealthCheckResponse.Types.ServingStatus.Serving
                ? ProbeOutcome.Passed
                : ProbeOutcome.Failed($"service unhealthy (responded with \"{NameOf(answer.Status)}\")");
        }
        catch (RpcException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (RpcException e)
        {
            return ProbeOutcome.Failed(Describe(e, address, timeout, patience.IsCancellationRequested));
        }
    }

    private static string Describe(RpcException failure, string address, TimeSpan timeout, bool isLate)
    {
        if (isLate || failure.StatusCode == StatusCode.DeadlineExceeded)
        {
            return $"timeout: health rpc did not complete within {timeout.TotalSeconds}s";
        }

        if (SocketCause(failure) is { } socket)
        {
            return $"error: failed to connect service at \"{address}\": {DialFailure.Of(address, socket)}";
        }

        return failure.StatusCode == StatusCode.Unimplemented
            ? $"error: this server does not implement the {Protocol}: {failure.Status.Detail}"
            : $"error: health rpc probe failed: rpc error: code = {failure.StatusCode} desc = {failure.Status.Detail}";
    }

    private static SocketException? SocketCause(Exception? failure)
    {
        for (var cause = (failure as RpcException)?.Status.DebugException; cause is not null; cause = cause.InnerException)
        {
            if (cause is SocketException socket)
            {
                return socket;
            }
        }

        return null;
    }

    private static string NameOf(HealthCheckResponse.Types.ServingStatus status) => status switch
    {
        HealthCheckResponse.Types.ServingStatus.NotServing => "NOT_SERVING",
        HealthCheckResponse.Types.ServingStatus.ServiceUnknown => "SERVICE_UNKNOWN",
        _ => "UNKNOWN",
    };
}
