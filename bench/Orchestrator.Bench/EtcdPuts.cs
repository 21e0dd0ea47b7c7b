using System.Globalization;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace Orchestrator.Bench;

/// <summary>The yardstick of durable writes: an etcd on the same disk, 1 KB values by gRPC.</summary>
internal static class EtcdPuts
{
    private static readonly Marshaller<byte[]> Raw = Marshallers.Create(bytes => bytes, bytes => bytes);
    private static readonly Method<byte[], byte[]> Put = new(MethodType.Unary, "etcdserverpb.KV", "Put", Raw, Raw);

    public static async Task RunAsync(string benchmark, BenchOptions options, Report report, CancellationToken cancellationToken)
    {
        await using var etcd = await EtcdServer.StartAsync(cancellationToken);
        using var channel = GrpcChannel.ForAddress(etcd.Url, new GrpcChannelOptions { HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true } });
        var calls = channel.CreateCallInvoker();
        var count = 0;
        var value = Encoding.UTF8.GetBytes(new string('x', 1_000));
        foreach (var clients in (int[])[1, 16, 64])
        {
            async Task<bool> PutAsync(int client)
            {
                var key = Encoding.UTF8.GetBytes(Interlocked.Increment(ref count).ToString(CultureInfo.InvariantCulture));
                await calls.AsyncUnaryCall(Put, null, new CallOptions(cancellationToken: cancellationToken), PutRequest(key, value));
                return true;
            }

            await new Load(clients, TimeSpan.FromSeconds(options.Seconds)).ReportAsync(report, benchmark, "yardstick: etcd put", PutAsync, cancellationToken);
        }
    }

    /// <summary>A PutRequest on the wire: the key is field 1, the value field 2.</summary>
    private static byte[] PutRequest(byte[] key, byte[] value)
    {
        using var bytes = new MemoryStream();
        using var output = new CodedOutputStream(bytes);
        output.WriteTag(1, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(key));
        output.WriteTag(2, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(value));
        output.Flush();
        return bytes.ToArray();
    }
}
