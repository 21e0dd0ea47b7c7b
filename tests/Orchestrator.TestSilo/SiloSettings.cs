using System.Globalization;

namespace Orchestrator.TestSilo;

/// <summary>What makes one silo of a test's cluster.</summary>
/// <param name="Database">The connection string of the cluster's database.</param>
/// <param name="Cluster">The cluster's name, which is all that its silos share besides the database.</param>
/// <param name="SiloPort">The port on loopback for other silos.</param>
/// <param name="GatewayPort">The port on loopback for Orleans clients.</param>
public sealed record SiloSettings(string Database, string Cluster, int SiloPort, int GatewayPort)
{
    /// <summary>The command line.</summary>
    public string[] Arguments =>
        [Database, Cluster, SiloPort.ToString(CultureInfo.InvariantCulture), GatewayPort.ToString(CultureInfo.InvariantCulture)];

    /// <summary>Reads <see cref="Arguments"/>.</summary>
    public static SiloSettings Parse(string[] arguments) => new(
        arguments[0], arguments[1], int.Parse(arguments[2], CultureInfo.InvariantCulture), int.Parse(arguments[3], CultureInfo.InvariantCulture));
}
