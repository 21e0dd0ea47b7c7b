using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using k8s.Models;

namespace Orchestrator.Agent.Node;

/// <summary>Reads what the host is and has.</summary>
internal static class HostReader
{
    /// <summary>What does not change while the agent runs.</summary>
    public static NodeFacts Facts(AgentOptions options) => new()
    {
        NodeName = options.NodeName,
        Addresses = [options.NodeAddress.Length > 0 ? options.NodeAddress : Address(options.ServerUrl)],
        Cpus = Environment.ProcessorCount,
        MemoryBytes = Memory("MemTotal"),
        DiskBytes = Disk(options.StateDirectory).TotalSize,
        MaxPods = options.MaxPods,
    };

    /// <summary>What names and versions the host has.</summary>
    public static V1NodeSystemInfo System(string runtimeVersion, string agentVersion) => new()
    {
        Architecture = RuntimeInformation.OSArchitecture switch { Architecture.X64 => "amd64", Architecture.Arm64 => "arm64", var other => other.ToString().ToLowerInvariant() },
        BootID = Line("/proc/sys/kernel/random/boot_id"),
        ContainerRuntimeVersion = runtimeVersion,
        KernelVersion = Line("/proc/sys/kernel/osrelease"),
        KubeProxyVersion = "",
        KubeletVersion = agentVersion,
        MachineID = Line("/etc/machine-id"),
        OperatingSystem = "linux",
        OsImage = OsName(),
        SystemUUID = Line("/sys/class/dmi/id/product_uuid") is { Length: > 0 } uuid ? uuid : Line("/etc/machine-id"),
    };

    /// <summary>What the host is short of at the moment.</summary>
    public static HostPressure Pressure(AgentOptions options)
    {
        var disk = Disk(options.StateDirectory);
        return new HostPressure(
            Memory: Memory("MemAvailable") < LeastMemory,
            Disk: disk.AvailableFreeSpace < disk.TotalSize * LeastDiskShare,
            Pids: Threads() > PidLimit() * MostPidShare);
    }

    /// <summary>Upstream's hard eviction threshold memory.available.</summary>
    private const long LeastMemory = 100L << 20;

    /// <summary>Half of upstream's nodefs.available: nothing is evicted here, so the alarm may come later.</summary>
    private const double LeastDiskShare = 0.05;

    private const double MostPidShare = 0.95;

    /// <summary>The address by which packets leave for the server; for a server on this host, the first that leads outside.</summary>
    private static string Address(Uri server)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(server.Host, server.Port);
            if (socket.LocalEndPoint is IPEndPoint { Address: var local } && !IPAddress.IsLoopback(local))
            {
                return local.ToString();
            }
        }
        catch (SocketException)
        {
            // The server's name may not resolve yet; any address of ours will do then.
        }

        return NetworkInterface.GetAllNetworkInterfaces()
            .Where(card => card.OperationalStatus == OperationalStatus.Up && card.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .Where(card => card.GetIPProperties().GatewayAddresses.Count > 0)
            .Concat(NetworkInterface.GetAllNetworkInterfaces().Where(card => card.NetworkInterfaceType is NetworkInterfaceType.Ethernet && card.OperationalStatus == OperationalStatus.Up))
            .SelectMany(card => card.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork)?.ToString() ?? "127.0.0.1";
    }

    private static long Memory(string field)
    {
        var line = File.ReadLines("/proc/meminfo").FirstOrDefault(line => line.StartsWith(field + ":", StringComparison.Ordinal));
        return line is null ? long.MaxValue : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
    }

    private static DriveInfo Disk(string directory) => new(Path.GetFullPath(directory));

    private static long Threads() => long.Parse(Line("/proc/loadavg").Split(' ')[3].Split('/')[1], CultureInfo.InvariantCulture);

    private static long PidLimit() => long.Parse(Line("/proc/sys/kernel/pid_max"), CultureInfo.InvariantCulture);

    private static string OsName() => File.Exists("/etc/os-release")
        ? File.ReadLines("/etc/os-release").FirstOrDefault(line => line.StartsWith("PRETTY_NAME=", StringComparison.Ordinal))?.Split('=', 2)[1].Trim('"') ?? "Linux"
        : "Linux";

    private static string Line(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path).Trim() : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Some are readable by root alone; a node without them is a node.
            return "";
        }
    }
}

/// <summary>What a host is short of.</summary>
internal sealed record HostPressure(bool Memory, bool Disk, bool Pids);
