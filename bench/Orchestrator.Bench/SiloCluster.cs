using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using Npgsql;
using Orchestrator.TestKit.Postgres;
using Orchestrator.TestKit.Silos;

namespace Orchestrator.Bench;

/// <summary>Several silos on one PostgreSQL, each <c>orchestrator server</c> in a process of its own, with scheduler and controllers.</summary>
internal sealed class SiloCluster : IAsyncDisposable
{
    private const string Token = "silo-bench";

    /// <summary>Dead, in Orleans' membership table.</summary>
    private const int DeadStatus = 6;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(10);

    private readonly string root;
    private readonly PostgresServer server;
    private readonly NpgsqlDataSource database;
    private readonly Dictionary<SiloProcess, int> siloPorts = [];

    private SiloCluster(string root, PostgresServer server, string connection)
    {
        (this.root, this.server) = (root, server);
        database = NpgsqlDataSource.Create(connection + ";Search Path=orchestrator;Maximum Pool Size=2;Application Name=bench");
    }

    /// <summary>The silos, in the order in which they were started.</summary>
    public IReadOnlyList<SiloProcess> Silos { get; private set; } = [];

    /// <summary>Starts PostgreSQL and silos, and waits until each serves.</summary>
    /// <param name="silos">How many are started.</param>
    /// <param name="spare">How many more have their place prepared and are not started.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<SiloCluster> StartAsync(int silos, int spare, CancellationToken cancellationToken)
    {
        var root = Directory.CreateTempSubdirectory("orb-").FullName;

        // PostgreSQL runs as another user.
        File.SetUnixFileMode(root, (UnixFileMode)0b111_101_101);
        var place = Directory.CreateDirectory(Path.Combine(root, "pg")).FullName;
        var server = new PostgresServer(place);
        var connection = server.CreateDatabase();
        var cluster = new SiloCluster(root, server, connection);
        try
        {
            cluster.Prepare(silos + spare, connection);

            // The first alone: it migrates the database and makes the keys.
            cluster.Silos[0].Start();
            await cluster.ServesAsync(cluster.Silos[0], cancellationToken);
            foreach (var silo in cluster.Silos.Take(silos).Skip(1))
            {
                silo.Start();
                await cluster.ServesAsync(silo, cancellationToken);
            }

            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>A client with an administrator's token, which trusts the cluster's authority alone.</summary>
    /// <param name="patience">How long a request may go unanswered.</param>
    public HttpClient CreateClient(TimeSpan patience)
    {
        var handler = new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(3) };
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(Path.Combine(root, "pki", "ca.crt")) },
            RevocationMode = X509RevocationMode.NoCheck,
        };
        var client = new HttpClient(handler) { Timeout = patience };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        return client;
    }

    /// <summary>Waits until a silo that was started serves.</summary>
    /// <returns>How long that took.</returns>
    public async Task<TimeSpan> ServesAsync(SiloProcess silo, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        HttpClient? client = null;
        try
        {
            while (true)
            {
                client ??= File.Exists(Path.Combine(root, "pki", "ca.crt")) ? CreateClient(TimeSpan.FromSeconds(5)) : null;
                if (client is not null && await IsServingAsync(client, silo, cancellationToken))
                {
                    return Stopwatch.GetElapsedTime(began);
                }

                if (!Signals.IsAlive(silo.ProcessId) || Stopwatch.GetElapsedTime(began) > Patience)
                {
                    throw new InvalidOperationException($"{silo.Name} does not become ready:\n{silo.Log}");
                }

                await Task.Delay(PollPeriod, cancellationToken);
            }
        }
        finally
        {
            client?.Dispose();
        }
    }

    /// <summary>Waits until the membership table says that the silo's process of this moment is dead.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="since">A time stamp from before its loss.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How long that took since the time stamp.</returns>
    public async Task<TimeSpan> DeadAsync(SiloProcess silo, long since, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT status FROM orleans_member WHERE port = $1 ORDER BY generation DESC LIMIT 1");
        command.Parameters.AddWithValue(siloPorts[silo]);
        while (await command.ExecuteScalarAsync(cancellationToken) is not DeadStatus)
        {
            if (Stopwatch.GetElapsedTime(since) > Patience)
            {
                throw new InvalidOperationException($"the loss of {silo.Name} is not noticed");
            }

            await Task.Delay(PollPeriod, cancellationToken);
        }

        return Stopwatch.GetElapsedTime(since);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var silo in Silos)
        {
            silo.Dispose();
        }

        await database.DisposeAsync();
        server.Dispose();
        Directory.Delete(root, recursive: true);
    }

    private static async Task<bool> IsServingAsync(HttpClient client, SiloProcess silo, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri(silo.Api, "/api/v1/namespaces/default"), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    private void Prepare(int count, string connection)
    {
        var tokens = Path.Combine(root, "tokens.csv");
        File.WriteAllText(tokens, $"{Token},{Token},1,\"system:masters\"\n");
        var ports = FreePorts.Take(3 * count);
        Silos = [.. ports.Chunk(3).Select((own, number) =>
        {
            var silo = new SiloProcess(new SiloPlace(
                $"silo-{number}", own[0], SiloProcess.OwnProgram(),
                [
                    "--database", connection, "--pki-dir", Path.Combine(root, "pki"), "--token-auth-file", tokens,
                    "--api-port", Text(own[0]), "--silo-port", Text(own[1]), "--client-port", Text(own[2]),
                ]));
            siloPorts[silo] = own[1];
            return silo;
        })];
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
