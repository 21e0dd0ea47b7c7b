using System.Net.Sockets;
using Npgsql;

namespace Orchestrator.Store.Tests.Commits;

/// <summary>Stands between a store and PostgreSQL and loses, when told to, the answer to a COMMIT along with the connection.</summary>
internal sealed class CuttingProxy : IDisposable
{
    private readonly string target;
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("orchestrator-proxy-");
    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private int countdown;

    public CuttingProxy(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        target = Path.Combine(builder.Host!, ".s.PGSQL.5432");
        builder.Host = directory.FullName;
        ConnectionString = builder.ConnectionString;
        listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(directory.FullName, ".s.PGSQL.5432")));
        listener.Listen();
        _ = Task.Run(AcceptAsync);
    }

    /// <summary>The same database, through the proxy.</summary>
    public string ConnectionString { get; }

    /// <summary>How many answers were lost.</summary>
    public int Cuts { get; private set; }

    // The command tag by which PostgreSQL says that a COMMIT is done.
    private static ReadOnlySpan<byte> Committed => "COMMIT\0"u8;

    /// <summary>Loses the answer to one COMMIT.</summary>
    /// <param name="number">Which: 1 is the next one.</param>
    public void CutCommit(int number) => Volatile.Write(ref countdown, number);

    public void Dispose()
    {
        listener.Dispose();
        directory.Delete(recursive: true);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptAsync();
                var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await server.ConnectAsync(new UnixDomainSocketEndPoint(target));
                _ = PumpAsync(client, server, cuts: false);
                _ = PumpAsync(server, client, cuts: true);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return;
        }
    }

    private async Task PumpAsync(Socket from, Socket to, bool cuts)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var length)
            {
                if (cuts && buffer.AsSpan(0, length).IndexOf(Committed) >= 0 && Interlocked.Decrement(ref countdown) == 0)
                {
                    Cuts++;
                    break;
                }

                await to.SendAsync(buffer.AsMemory(0, length));
            }
        }
        catch (SocketException)
        {
            // One side is gone; the other follows below.
        }
        catch (ObjectDisposedException)
        {
            return;
        }

        from.Dispose();
        to.Dispose();
    }
}
