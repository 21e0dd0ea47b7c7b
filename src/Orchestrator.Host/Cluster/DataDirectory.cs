using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Orchestrator.Host.Processes;
using Orchestrator.Host.Startup;

namespace Orchestrator.Host.Cluster;

/// <summary>Where a cluster lives on this host. Everything that it keeps is below; whatever it makes elsewhere is named after it.</summary>
internal sealed class DataDirectory
{
    /// <summary>The layout that this program writes. A directory of a larger one belongs to a newer program.</summary>
    public const int Layout = 1;

    // A Unix socket's path has room for 107 bytes, and containerd's is the longest below this directory.
    private const int LongestPath = 107 - 34;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // PostgreSQL's user must get through to its own directory.
    private const UnixFileMode PassThrough = OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private DataDirectory(string path) => Root = path;

    /// <summary>The absolute path.</summary>
    public string Root { get; }

    /// <summary>For the administrator.</summary>
    public string Kubeconfig => At("kubeconfig");

    /// <summary>For C# programs on the grains.</summary>
    public string GrainClient => At("grain-client.json");

    /// <summary>The cluster's keys.</summary>
    public string Secrets => At("pki");

    /// <summary>Pid files and sockets.</summary>
    public string Run => At("run");

    /// <summary>Logs of all processes.</summary>
    public string Logs => At("logs");

    /// <summary>Image archives that the node imports.</summary>
    public string Images => At("images");

    /// <summary>PostgreSQL's directory.</summary>
    public string Postgres => At("postgres");

    /// <summary>containerd's directory.</summary>
    public string Containerd => At("containerd");

    /// <summary>The agent's directory.</summary>
    public string Agent => At("agent");

    /// <summary>The server's output when it is detached.</summary>
    public string ServerLog => At("server.log");

    /// <summary>The name of the bridge and of the nftables table: two clusters on one host do not meet.</summary>
    public string NetworkName => "orc" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Root)))[..8];

    /// <summary>The pid file of one of the cluster's processes.</summary>
    public string PidFileOf(string part) => Path.Combine(Run, part + ".pid");

    /// <summary>The log of one of the cluster's processes.</summary>
    public string LogOf(string part) => Path.Combine(Logs, part + ".log");

    private string RecordPath => At("cluster.json");

    /// <summary>Where a user's cluster is unless they say otherwise.</summary>
    public static string DefaultPath => Environment.IsPrivilegedProcess
        ? "/var/lib/orchestrator"
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".orchestrator");

    /// <summary>The directory as it is, be there a cluster or not.</summary>
    public static DataDirectory Of(string? path, bool mustExist = false)
    {
        var directory = new DataDirectory(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path ?? DefaultPath)));
        return !mustExist || File.Exists(directory.RecordPath) || Directory.Exists(directory.Run)
            ? directory
            : throw new StartupException($"there is no cluster in {directory.Root}: name its directory with --data-dir");
    }

    /// <summary>Makes the directory if need be, and checks that it is ours and of our time.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (Encoding.UTF8.GetByteCount(Root) > LongestPath)
        {
            throw new StartupException($"the path {Root} is too long for the sockets below it: choose one of at most {LongestPath} bytes with --data-dir");
        }

        try
        {
            if (Directory.Exists(Root))
            {
                await CheckOwnerAsync(cancellationToken);
                CheckContent();
            }

            Directory.CreateDirectory(Root);
            File.SetUnixFileMode(Root, PassThrough);
            foreach (var (path, mode) in new[] { (Secrets, OwnerOnly), (Run, OwnerOnly), (Logs, OwnerOnly), (Images, PassThrough), (Agent, PassThrough) })
            {
                Directory.CreateDirectory(path);
                File.SetUnixFileMode(path, mode);
            }
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new StartupException($"the data directory {Root} cannot be written: {e.Message}. Choose another with --data-dir.", e);
        }
    }

    /// <summary>What the cluster was made with, or null for a new one.</summary>
    public ClusterRecord? ReadRecord()
    {
        if (!File.Exists(RecordPath))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<ClusterRecord>(File.ReadAllText(RecordPath), Json);
        }
        catch (JsonException e)
        {
            throw new StartupException($"{RecordPath} is damaged ({e.Message}): restore it from a backup", e);
        }
    }

    /// <summary>Notes what the cluster is made with.</summary>
    public void WriteRecord(ClusterRecord record)
    {
        File.WriteAllText(RecordPath + ".partial", JsonSerializer.Serialize(record, Json) + "\n");
        File.Move(RecordPath + ".partial", RecordPath, overwrite: true);
    }

    /// <summary>Takes the directory for this process; it is free again when the result is disposed or the process is gone, however it ends.</summary>
    public IDisposable Lock()
    {
        try
        {
            return new FileStream(Path.Combine(Run, "server.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            var who = PidFile.FindAlive(PidFileOf("server")) is { } process ? string.Create(CultureInfo.InvariantCulture, $" (process {process.Pid})") : "";
            throw new StartupException($"the cluster in {Root} is already running{who}. End it with ./orchestrator down --data-dir {Root}, or choose another directory with --data-dir.", e);
        }
    }

    private string At(string name) => Path.Combine(Root, name);

    private async Task CheckOwnerAsync(CancellationToken cancellationToken)
    {
        var fields = (await HostProgram.RunAsync("stat", ["-c", "%u %U", Root], cancellationToken)).Trim().Split(' ');
        var own = (await HostProgram.RunAsync("id", ["-u"], cancellationToken)).Trim();
        if (fields[0] != own)
        {
            throw new StartupException($"the data directory {Root} belongs to the user {fields[1]}, not to {Environment.UserName}: run this as {fields[1]}, or choose another directory with --data-dir");
        }
    }

    private void CheckContent()
    {
        if (ReadRecord() is { } record)
        {
            if (record.Layout > Layout)
            {
                throw new StartupException($"the data directory {Root} was made by a newer version of this program (layout {record.Layout}; this one knows {Layout}): run that version, or choose another directory with --data-dir");
            }
        }
        else if (Directory.EnumerateFileSystemEntries(Root).Any(path => Path.GetFileName(path) is not ("run" or "logs" or "pki" or "images" or "agent" or "postgres" or "containerd" or "simulated" or "kubeconfig" or "server.log" or "lost+found")))
        {
            throw new StartupException($"the directory {Root} has other things in it and no cluster: choose an empty or a new directory with --data-dir");
        }
    }
}
