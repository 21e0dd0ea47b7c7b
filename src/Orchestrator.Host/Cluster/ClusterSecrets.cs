using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using Orchestrator.Gateway.Certificates;
using Orchestrator.Host.Startup;

namespace Orchestrator.Host.Cluster;

/// <summary>The keys that make a cluster this cluster: its authority and the key that signs service-account tokens. All silos share them.</summary>
internal sealed class ClusterSecrets : IDisposable
{
    /// <summary>How long other silos of the directory may take, all together, to make or read the keys.</summary>
    private static readonly TimeSpan TurnPatience = TimeSpan.FromSeconds(30);

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private ClusterSecrets(ClusterAuthority authority, ECDsa serviceAccountKey)
    {
        Authority = authority;
        ServiceAccountKey = serviceAccountKey;
    }

    /// <summary>Signs the certificates of silos, administrators and agents.</summary>
    public ClusterAuthority Authority { get; }

    /// <summary>Signs service-account tokens.</summary>
    public ECDsa ServiceAccountKey { get; }

    /// <summary>What the silos and Orleans clients of this cluster must know to speak to each other: each connection begins with it, and one with another is refused.</summary>
    /// <remarks>Two clusters on one host do not meet by it, and a local user who can reach the port, but not read it, does not get in.</remarks>
    public string ClusterId => "orchestrator-" + Convert.ToHexStringLower(
        HKDF.DeriveKey(HashAlgorithmName.SHA256, ServiceAccountKey.ExportPkcs8PrivateKey(), outputLength: 16, info: "orleans cluster"u8.ToArray()));

    /// <summary>Reads the keys of a directory, or makes them. Silos that share the directory may do so at the same time.</summary>
    public static ClusterSecrets LoadOrCreate(string directory, TimeProvider clock)
    {
        Directory.CreateDirectory(directory);
        using var turn = WaitForTurn(directory);
        var certificate = Path.Combine(directory, "ca.crt");
        var key = Path.Combine(directory, "ca.key");
        var serviceAccount = Path.Combine(directory, "service-account.key");
        if (!File.Exists(certificate))
        {
            using var authority = ClusterAuthority.Create(clock);
            using var signing = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            Write(serviceAccount, signing.ExportPkcs8PrivateKeyPem() + "\n");
            Write(key, authority.KeyPem);

            // Last: where it is, the others are.
            Write(certificate, authority.CertificatePem);
        }

        try
        {
            var signer = ECDsa.Create();
            signer.ImportFromPem(File.ReadAllText(serviceAccount));
            return new ClusterSecrets(ClusterAuthority.Load(File.ReadAllText(certificate), File.ReadAllText(key), clock), signer);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or IOException)
        {
            throw new StartupException($"the cluster's keys in {directory} cannot be read ({e.Message}): restore them from a backup; without them no certificate and no token of this cluster is good", e);
        }
    }

    /// <summary>A certificate for the API's port, good for whatever this host and the cluster call it.</summary>
    public IssuedCertificate IssueServer(IPAddress kubernetesService, IEnumerable<string> otherNames)
    {
        var given = otherNames.ToLookup(name => IPAddress.TryParse(name, out _));
        string[] names = ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local", Dns.GetHostName().ToLowerInvariant()];
        return Authority.IssueServer(
            names.Concat(given[false]).Distinct(StringComparer.Ordinal),
            HostAddresses().Concat(given[true].Select(IPAddress.Parse)).Append(kubernetesService).Distinct());
    }

    /// <summary>Writes a file that only its owner may read, whole or not at all.</summary>
    public static void Write(string path, string text)
    {
        var partial = path + ".partial";
        File.Delete(partial);
        using (var stream = new FileStream(partial, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        using (var writer = new StreamWriter(stream))
        {
            writer.Write(text);
        }

        File.Move(partial, path, overwrite: true);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Authority.Dispose();
        ServiceAccountKey.Dispose();
    }

    private static IEnumerable<IPAddress> HostAddresses() => NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(network => network.GetIPProperties().UnicastAddresses)
        .Select(address => address.Address)
        .Where(address => address.AddressFamily == AddressFamily.InterNetwork || IPAddress.IsLoopback(address))
        .Append(IPAddress.Loopback);

    private static FileStream WaitForTurn(string directory)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(directory, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (Stopwatch.GetElapsedTime(began) < TurnPatience)
            {
                // Another silo is making the keys; that takes milliseconds.
                Thread.Sleep(50);
            }
        }
    }
}
