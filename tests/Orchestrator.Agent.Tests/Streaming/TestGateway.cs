using System.Net;
using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Agent.Cri;
using Orchestrator.Agent.Streaming;
using Orchestrator.AgentProtocol;
using Xunit;

namespace Orchestrator.Agent.Tests.Streaming;

/// <summary>The gateway's end of streams: a server on loopback to which the agent's StreamServer dials back.</summary>
internal sealed class TestGateway : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Arrivals arrivals = new();
    private readonly GrpcChannel channel;
    private readonly StreamServer server;
    private readonly string address;

    private TestGateway(ICriRuntime runtime, IPodLookup pods)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(arrivals);
        app = builder.Build();
        app.MapGrpcService<Endpoint>();
        app.StartAsync().GetAwaiter().GetResult();
        address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        channel = GrpcChannel.ForAddress(address);
        server = new StreamServer(runtime, pods, _ => new AgentGateway.AgentGatewayClient(channel), NullLogger.Instance);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TestGateway Start(ICriRuntime runtime, IPodLookup pods) => new(runtime, pods);

    /// <summary>Asks for a stream and waits until the agent has dialled.</summary>
    public async Task<Arrival> OpenAsync(OpenStream wanted)
    {
        wanted.StreamId = Guid.NewGuid().ToString();
        wanted.GatewayUrl = address;
        wanted.PodUid = "uid-streams";
        wanted.Pod = "streams";
        server.Open(wanted);
        var arrival = await arrivals.Queue.Reader.ReadAsync(Token);
        Assert.Equal(wanted.StreamId, (await arrival.ReadAsync())!.StreamId);
        return arrival;
    }

    /// <summary>Waits until the agent serves nothing any more.</summary>
    public async Task SettleAsync()
    {
        for (var i = 0; i < 100 && server.Count > 0; i++)
        {
            await Task.Delay(50, Token);
        }

        Assert.Equal(0, server.Count);
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        channel.Dispose();
        await app.DisposeAsync();
    }

    private sealed class Arrivals
    {
        public Channel<Arrival> Queue { get; } = System.Threading.Channels.Channel.CreateUnbounded<Arrival>();
    }

    private sealed class Endpoint(Arrivals arrivals) : AgentGateway.AgentGatewayBase
    {
        public override async Task Stream(IAsyncStreamReader<StreamFrame> requestStream, IServerStreamWriter<StreamFrame> responseStream, ServerCallContext context)
        {
            var arrival = new Arrival(requestStream, responseStream);
            arrivals.Queue.Writer.TryWrite(arrival);
            await arrival.Done.Task.WaitAsync(context.CancellationToken);
        }
    }
}

/// <summary>One stream, the gateway's end.</summary>
internal sealed class Arrival(IAsyncStreamReader<StreamFrame> reader, IServerStreamWriter<StreamFrame> writer)
{
    public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async Task<StreamFrame?> ReadAsync() => await reader.MoveNext(Token) ? reader.Current : null;

    public Task SendAsync(StreamFrame frame) => writer.WriteAsync(frame, Token);

    public Task StdinAsync(byte[] bytes) => SendAsync(new StreamFrame { Stdin = ByteString.CopyFrom(bytes) });

    public Task CloseStdinAsync() => SendAsync(new StreamFrame { CloseStdin = true });

    /// <summary>Reads to the closing Status, then ends the stream.</summary>
    public async Task<(byte[] Stdout, byte[] Stderr, string Status)> ReadAllAsync()
    {
        using var stdout = new MemoryStream();
        using var stderr = new MemoryStream();
        while (await ReadAsync() is { } frame)
        {
            if (frame.ContentCase == StreamFrame.ContentOneofCase.StatusJson)
            {
                Done.TrySetResult();
                return (stdout.ToArray(), stderr.ToArray(), frame.StatusJson.ToStringUtf8());
            }

            (frame.ContentCase == StreamFrame.ContentOneofCase.Stderr ? stderr : stdout).Write(
                frame.ContentCase == StreamFrame.ContentOneofCase.Stderr ? frame.Stderr.Span : frame.Stdout.Span);
        }

        throw new InvalidOperationException("the stream ended without a Status");
    }
}
