using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace Orchestrator.Bench;

/// <summary>The yardstick of durable writes: an etcd on the same disk, 1 KB values by gRPC, in a directory that is removed afterwards.</summary>
internal static class EtcdYardstick
{
    private static readonly Marshaller<byte[]> Raw = Marshallers.Create(bytes => bytes, bytes => bytes);
    private static readonly Method<byte[], byte[]> Put = new(MethodType.Unary, "etcdserverpb.KV", "Put", Raw, Raw);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>True where there is an etcd.</summary>
    public static bool IsInstalled => File.Exists("/usr/bin/etcd");

    public static async Task RunAsync(string benchmark, BenchOptions options, Report report, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("orchestrator-etcd-");
        var ports = FreePorts();
        string Url(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        var start = new ProcessStartInfo("/usr/bin/etcd") { RedirectStandardError = true, RedirectStandardOutput = true };
        string[] arguments =
        [
            "--data-dir", directory.FullName, "--listen-client-urls", Url(ports[0]), "--advertise-client-urls", Url(ports[0]),
            "--listen-peer-urls", Url(ports[1]), "--initial-advertise-peer-urls", Url(ports[1]), "--initial-cluster", "default=" + Url(ports[1]), "--log-level", "error",
        ];
        Array.ForEach(arguments, start.ArgumentList.Add);
        using var etcd = Process.Start(start)!;
        etcd.ErrorDataReceived += (_, _) => { };
        etcd.BeginErrorReadLine();
        etcd.OutputDataReceived += (_, _) => { };
        etcd.BeginOutputReadLine();
        try
        {
            using (var http = new HttpClient { BaseAddress = new Uri(Url(ports[0])) })
            {
                await ReadyAsync(http, cancellationToken);
            }

            using var channel = GrpcChannel.ForAddress(Url(ports[0]), new GrpcChannelOptions { HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true } });
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
        finally
        {
            etcd.Kill();
            await etcd.WaitForExitAsync(CancellationToken.None);
            directory.Delete(recursive: true);
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

    private static async Task ReadyAsync(HttpClient http, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var health = await http.GetAsync("/health", cancellationToken);
                if (health.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException) when (Stopwatch.GetElapsedTime(began) < Patience)
            {
                // It is starting.
            }

            await Task.Delay(50, cancellationToken);
        }
    }

    private static int[] FreePorts()
    {
        using var first = new TcpListener(IPAddress.Loopback, 0);
        using var second = new TcpListener(IPAddress.Loopback, 0);
        first.Start();
        second.Start();
        return [((IPEndPoint)first.LocalEndpoint).Port, ((IPEndPoint)second.LocalEndpoint).Port];
    }
}
