using System.Collections.Concurrent;
using System.Net.Sockets;

namespace Orchestrator.HistoryRun.Cluster;

/// <summary>Stands between one silo and PostgreSQL and does to their connections what networks do.</summary>
internal sealed class DatabaseProxy : IDisposable
{
    private const string SocketName = ".s.PGSQL.5432";
    private const int BufferBytes = 64 * 1024;

    private readonly string target;
    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly ConcurrentDictionary<Pair, bool> pairs = new();
    private volatile TaskCompletionSource? stall;
    private volatile bool refuses;
    private int answersToLose;
    private int commitsToCut;
    private int cuts;

    public DatabaseProxy(string directory, string targetDirectory)
    {
        Directory = directory;
        target = Path.Combine(targetDirectory, SocketName);
        System.IO.Directory.CreateDirectory(directory);
        listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(directory, SocketName)));
        listener.Listen();
        _ = Task.Run(AcceptAsync);
    }

    /// <summary>The host of a connection string through the proxy.</summary>
    public string Directory { get; }

    /// <summary>How many commits were cut off.</summary>
    public int Cuts => Volatile.Read(ref cuts);

    // The command tag by which PostgreSQL says that a COMMIT is done, and what a committer says in its first packet.
    private static ReadOnlySpan<byte> Committed => "COMMIT\0"u8;

    private static ReadOnlySpan<byte> CommitterName => " committer\0"u8;

    /// <summary>Loses the answers to so many commits, along with their connections.</summary>
    public void LoseAnswers(int number) => Volatile.Write(ref answersToLose, number);

    /// <summary>Loses so many committer connections just after something was sent through them, before any answer.</summary>
    public void CutAfterSending(int number) => Volatile.Write(ref commitsToCut, number);

    /// <summary>From here on nothing passes in either direction, and nobody is told.</summary>
    public void Stall() => stall ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends all connections and refuses new ones.</summary>
    public void Refuse()
    {
        refuses = true;
        foreach (var pair in pairs.Keys)
        {
            pair.Close();
        }
    }

    /// <summary>Everything passes again.</summary>
    public void Heal()
    {
        refuses = false;
        LoseAnswers(0);
        CutAfterSending(0);
        var waiting = stall;
        stall = null;
        waiting?.SetResult();
    }

    public void Dispose()
    {
        Heal();
        Refuse();
        listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptAsync();
                _ = ServeAsync(client);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return;
        }
    }

    private async Task ServeAsync(Socket client)
    {
        var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var pair = new Pair(client, server);
        try
        {
            if (refuses)
            {
                return;
            }

            pairs.TryAdd(pair, true);
            await server.ConnectAsync(new UnixDomainSocketEndPoint(target));
            await Task.WhenAny(SendAsync(pair), ReceiveAsync(pair));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // One side is gone; the other follows below.
        }
        finally
        {
            pairs.TryRemove(pair, out _);
            pair.Close();
        }
    }

    private async Task SendAsync(Pair pair)
    {
        var buffer = new byte[BufferBytes];
        var commits = false;
        while (await pair.Client.ReceiveAsync(buffer) is > 0 and var length)
        {
            await PassAsync();
            await pair.Server.SendAsync(buffer.AsMemory(0, length));
            if (commits && Interlocked.Decrement(ref commitsToCut) >= 0)
            {
                Interlocked.Increment(ref cuts);
                return;
            }

            commits |= buffer.AsSpan(0, length).IndexOf(CommitterName) >= 0;
        }
    }

    private async Task ReceiveAsync(Pair pair)
    {
        var buffer = new byte[BufferBytes];
        while (await pair.Server.ReceiveAsync(buffer) is > 0 and var length)
        {
            await PassAsync();
            if (buffer.AsSpan(0, length).IndexOf(Committed) >= 0 && Interlocked.Decrement(ref answersToLose) >= 0)
            {
                Interlocked.Increment(ref cuts);
                return;
            }

            await pair.Client.SendAsync(buffer.AsMemory(0, length));
        }
    }

    private Task PassAsync() => stall?.Task ?? Task.CompletedTask;

    private sealed record Pair(Socket Client, Socket Server)
    {
        public void Close()
        {
            Client.Dispose();
            Server.Dispose();
        }
    }
}
