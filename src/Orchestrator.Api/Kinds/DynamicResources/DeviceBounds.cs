namespace Orchestrator.Api.Kinds.DynamicResources;

/// <summary>How much a claim, a class or a slice may hold.</summary>
/// <remarks>Upstream: the constants of pkg/apis/resource/types.go.</remarks>
internal static class DeviceBounds
{
    /// <summary>Requests of a claim, and names of requests in a list of them.</summary>
    public const int Requests = 32;

    /// <summary>Alternatives of one request.</summary>
    public const int Alternatives = 8;

    /// <summary>Constraints of a claim.</summary>
    public const int Constraints = 32;

    /// <summary>Configurations of a claim or class; an allocation may have those of both.</summary>
    public const int Configurations = 32;

    /// <summary>Selectors of a request or class.</summary>
    public const int Selectors = 32;

    /// <summary>Bytes of a driver's parameters or data.</summary>
    public const int OpaqueBytes = 10 * 1024;

    /// <summary>Who may use one claim at once.</summary>
    public const int Consumers = 256;

    /// <summary>Devices of an allocation.</summary>
    public const int AllocatedDevices = 32;

    /// <summary>Conditions of an allocated device.</summary>
    public const int Conditions = 8;

    /// <summary>Addresses of an allocated network device.</summary>
    public const int Addresses = 16;

    /// <summary>Characters of the name of a network interface.</summary>
    public const int InterfaceName = 256;

    /// <summary>Characters of a hardware address.</summary>
    public const int HardwareAddress = 128;

    /// <summary>Characters of the name of a pool.</summary>
    public const int PoolName = 253;

    /// <summary>Devices of a slice.</summary>
    public const int Devices = 128;

    /// <summary>Devices of a slice with taints or counters.</summary>
    public const int AdvancedDevices = 64;

    /// <summary>Attributes and capacities of a device together.</summary>
    public const int AttributesAndCapacities = 32;

    /// <summary>Taints of a device.</summary>
    public const int Taints = 16;

    /// <summary>Binding conditions of a device, and conditions by which binding fails.</summary>
    public const int BindingConditions = 4;

    /// <summary>Counter sets of a slice.</summary>
    public const int CounterSets = 8;

    /// <summary>Counters of a set, or consumed of one.</summary>
    public const int Counters = 32;

    /// <summary>Counter sets that a device consumes from.</summary>
    public const int ConsumedCounterSets = 2;

    /// <summary>Values that a request of a capacity may have.</summary>
    public const int CapacityOptions = 10;

    /// <summary>Characters of the domain of an attribute.</summary>
    public const int Domain = 63;

    /// <summary>Characters of the name of an attribute within its domain.</summary>
    public const int Identifier = 32;

    /// <summary>Characters of an attribute's value.</summary>
    public const int AttributeValue = 64;
}
