using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.Csi;

/// <summary>What CSINodes add to the common write path: a driver, once registered on a node, stays as it is.</summary>
/// <remarks>Upstream: ValidateCSINode and ValidateCSINodeUpdate.</remarks>
internal sealed class CsiNodeStrategy : KindStrategy
{
    private const int LongestNodeId = 256;

    /// <inheritdoc />
    public override GroupResource Resource => new("storage.k8s.io", "csinodes");

    /// <inheritdoc />
    public override bool AllowsUnconditionalUpdate => false;

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var drivers = obj.Object("spec").Items("drivers").ToList();
        for (var i = 0; i < drivers.Count; i++)
        {
            ValidateDriver(drivers[i], $"spec.drivers[{i}]", faults);
            if (!names.Add(drivers[i].Text("name")))
            {
                faults.Duplicate($"spec.drivers[{i}].name", drivers[i].Text("name"));
            }
        }

        return faults;
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource)
    {
        var faults = new Faults();
        faults.AddRange(Validate(obj));
        var before = old.Object("spec").Items("drivers").DistinctBy(driver => driver.Text("name")).ToDictionary(driver => driver.Text("name"));
        var drivers = obj.Object("spec").Items("drivers").ToList();
        for (var i = 0; i < drivers.Count; i++)
        {
            if (before.TryGetValue(drivers[i].Text("name"), out var was)
                && ((string[])["nodeID", "topologyKeys"]).Any(field => !JsonReading.Same(drivers[i][field], was[field])))
            {
                faults.Invalid($"spec.drivers[{i}]", drivers[i], "field is immutable");
            }
        }

        return faults;
    }

    private static void ValidateDriver(JsonObject driver, string path, Faults faults)
    {
        CsiDriverNames.Validate(driver.Text("name"), path + ".name", faults);
        var id = driver.Text("nodeID");
        if (id.Length == 0)
        {
            faults.Required(path + ".nodeID");
        }

        if (id.Length > LongestNodeId)
        {
            faults.Invalid(path + ".nodeID", id, $"must be {LongestNodeId} characters or less");
        }

        faults.NotNegative(path + ".allocatable.count", driver.Object("allocatable").Integer("count"));
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var key in driver.Texts("topologyKeys"))
        {
            if (!keys.Add(key))
            {
                faults.Duplicate(path + ".topologyKeys", key);
            }

            faults.Invalid(path + ".topologyKeys", key, ObjectNames.QualifiedNameErrors(key));
        }
    }
}
