using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Orchestrator.AgentProtocol;

namespace Orchestrator.Gateway.Tests.Fakes;

/// <summary>A node's agent: dials back for each stream that it is asked for and lets the test serve it.</summary>
internal sealed class FakeAgent : IDisposable
{
    private readonly GrpcChannel channel;
    private readonly Channel<AgentCall> calls = System.Threading.Channels.Channel.CreateUnbounded<AgentCall>();

    public FakeAgent(GatewayFixture gateway, string node)
    {
        var handler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true };
        handler.SslOptions.RemoteCertificateValidationCallback = gateway.IsOurs;
        handler.SslOptions.ClientCertificates = [Certificate(gateway, node)];
        channel = GrpcChannel.ForAddress(gateway.Address, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
        var client = new AgentGateway.AgentGatewayClient(channel);
        gateway.Grains.FakeNode(node).OnOpenStream = bytes =>
        {
            var wanted = OpenStream.Parser.ParseFrom(bytes);
            _ = DialAsync(client, wanted);
            return null;
        };
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The next stream that the gateway asked for, dialled.</summary>
    public ValueTask<AgentCall> NextAsync() => calls.Reader.ReadAsync(Token);

    /// <summary>Serves all streams from now on.</summary>
    public void Serve(Func<AgentCall, Task> serve) => _ = Task.Run(async () =>
    {
        await foreach (var call in calls.Reader.ReadAllAsync(Token))
        {
            _ = serve(call);
        }
    });

    public void Dispose()
    {
        calls.Writer.TryComplete();
        channel.Dispose();
    }

    private async Task DialAsync(AgentGateway.AgentGatewayClient client, OpenStream wanted)
    {
        var call = client.Stream(cancellationToken: Token);
        await call.RequestStream.WriteAsync(new StreamFrame { StreamId = wanted.StreamId }, Token);
        calls.Writer.TryWrite(new AgentCall(wanted, call));
    }

    private static X509Certificate2 Certificate(GatewayFixture gateway, string node)
    {
        using var pair = gateway.Authority.IssueAgent(node).ToCertificate();
        return X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), null);
    }
}

/// <summary>One stream, the agent's end.</summary>
internal sealed record AgentCall(OpenStream Wanted, AsyncDuplexStreamingCall<StreamFrame, StreamFrame> Call)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public const string Success = """{"metadata":{},"status":"Success"}""";

    public Task SendAsync(StreamFrame frame) => Call.RequestStream.WriteAsync(frame, Token);

    public Task OpenedAsync() => SendAsync(new StreamFrame { Opened = true });

    public Task StdoutAsync(string text) => SendAsync(new StreamFrame { Stdout = ByteString.CopyFromUtf8(text) });

    public Task EndAsync(string status = Success) => SendAsync(new StreamFrame { StatusJson = ByteString.CopyFromUtf8(status) });

    /// <summary>The next frame from the gateway; null when it has ended the stream.</summary>
    public async Task<StreamFrame?> ReadAsync() => await Call.ResponseStream.MoveNext(Token) ? Call.ResponseStream.Current : null;

    /// <summary>Sends back what comes, to the end of the input.</summary>
    public async Task EchoAsync(string prefix)
    {
        await OpenedAsync();
        await StdoutAsync(prefix);
        while (await ReadAsync() is { ContentCase: StreamFrame.ContentOneofCase.Stdin } frame)
        {
            await SendAsync(new StreamFrame { Stdout = frame.Stdin });
        }

        await EndAsync();
    }

    public static string Text(ByteString bytes) => Encoding.UTF8.GetString(bytes.Span);
}
