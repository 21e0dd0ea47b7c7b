using k8s.Models;
using Orchestrator.Api.Quantities;

namespace Orchestrator.Scheduling.Snapshots;

/// <summary>Amounts of resources: CPU in thousandths, memory and ephemeral storage in bytes, all others in their own units.</summary>
public sealed class ResourceAmounts
{
    private static readonly Dictionary<string, long> None = [];
    private Dictionary<string, long>? _others;

    /// <summary>CPU in thousandths of a core.</summary>
    public long MilliCpu { get; set; }

    /// <summary>Memory in bytes.</summary>
    public long Memory { get; set; }

    /// <summary>Ephemeral storage in bytes.</summary>
    public long EphemeralStorage { get; set; }

    /// <summary>Extended resources and huge pages by name.</summary>
    public IReadOnlyDictionary<string, long> Others => _others ?? None;

    /// <summary>Reads a list of quantities; amounts below the unit are rounded up.</summary>
    public static ResourceAmounts From(IDictionary<string, ResourceQuantity>? quantities)
    {
        var amounts = new ResourceAmounts();
        foreach (var (name, quantity) in quantities ?? new Dictionary<string, ResourceQuantity>())
        {
            var parsed = Quantity.Parse(quantity.ToString());
            amounts[name] = name == "cpu" ? parsed.MilliValue : parsed.Value;
        }

        return amounts;
    }

    /// <summary>The amount of a resource.</summary>
    public long this[string name]
    {
        get => name switch
        {
            "cpu" => MilliCpu,
            "memory" => Memory,
            "ephemeral-storage" => EphemeralStorage,
            _ => Others.GetValueOrDefault(name),
        };
        set
        {
            switch (name)
            {
                case "cpu":
                    MilliCpu = value;
                    break;
                case "memory":
                    Memory = value;
                    break;
                case "ephemeral-storage":
                    EphemeralStorage = value;
                    break;
                default:
                    (_others ??= [])[name] = value;
                    break;
            }
        }
    }

    /// <summary>Adds amounts, or takes them off with a negative factor.</summary>
    public void Add(ResourceAmounts more, int factor = 1)
    {
        MilliCpu += factor * more.MilliCpu;
        Memory += factor * more.Memory;
        EphemeralStorage += factor * more.EphemeralStorage;
        foreach (var (name, amount) in more.Others)
        {
            this[name] += factor * amount;
        }
    }

    /// <summary>Raises every amount to at least the other's.</summary>
    public void RaiseTo(ResourceAmounts floor)
    {
        MilliCpu = Math.Max(MilliCpu, floor.MilliCpu);
        Memory = Math.Max(Memory, floor.Memory);
        EphemeralStorage = Math.Max(EphemeralStorage, floor.EphemeralStorage);
        foreach (var (name, amount) in floor.Others)
        {
            this[name] = Math.Max(this[name], amount);
        }
    }

    /// <summary>A copy.</summary>
    public ResourceAmounts Copy()
    {
        var copy = new ResourceAmounts();
        copy.Add(this);
        return copy;
    }
}
