using Npgsql;

namespace Orchestrator.Store.Commits;

/// <summary>Tells a fault of one row from a fault of the database.</summary>
internal static class Faults
{
    /// <summary>The database refused the data of a row (classes 22, 23 and 54: data exception, integrity, program limit): other rows may pass.</summary>
    public static bool IsOfRow(Exception fault) => fault is PostgresException { SqlState: ['2', '2' or '3', ..] or ['5', '4', ..] };

    /// <summary>No partition of the change log covers the revision.</summary>
    public static bool IsMissingPartition(Exception fault) =>
        fault is PostgresException { SqlState: PostgresErrorCodes.CheckViolation, TableName: "change", ConstraintName: null or "" };

    /// <summary>The database did not do what it was asked: unreachable, overloaded, stopping or too slow.</summary>
    public static bool IsOfDatabase(Exception fault) =>
        fault is NpgsqlException or System.Net.Sockets.SocketException or IOException or TimeoutException;
}
