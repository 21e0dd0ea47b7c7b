using static Orchestrator.Api.Tables.KindTable;

namespace Orchestrator.Api.Tables;

/// <summary>The kinds of dynamic resource allocation.</summary>
internal static class ResourceTables
{
    internal static readonly KindTable DeviceClasses = new([Name, Age], o => [o.Name, o.Age]);

    internal static readonly KindTable ResourceClaims = new(
        [Name, Text("State", "A summary of the current state (allocated, pending, reserved, etc.)."), Age],
        o => [o.Name, State(o), o.Age]);

    internal static readonly KindTable ResourceClaimTemplates = new([Name, Age], o => [o.Name, o.Age]);

    internal static readonly KindTable ResourceSlices = new(
        [Name, Text("Node", "The node that has the devices."), Text("Driver", "The driver that manages them."), Text("Pool", "The pool that they belong to."), Age],
        o => [o.Name, o.Text("spec.nodeName"), o.Text("spec.driver"), o.Text("spec.pool.name"), o.Age]);

    private static string State(PrintedObject claim)
    {
        var deleted = claim.Has("metadata.deletionTimestamp");
        var states = new List<string>();
        if (deleted)
        {
            states.Add("deleted");
        }

        if (claim.Has("status.allocation"))
        {
            states.Add("allocated");
            if (claim.Count("status.reservedFor") > 0)
            {
                states.Add("reserved");
            }
        }
        else if (!deleted)
        {
            states.Add("pending");
        }

        return string.Join(',', states);
    }
}
