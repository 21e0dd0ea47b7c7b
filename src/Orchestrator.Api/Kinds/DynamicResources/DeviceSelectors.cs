using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.Machinery;
using Orchestrator.Cel;
using Orchestrator.Cel.Costs;
using Orchestrator.Cel.Libraries;
using Orchestrator.Cel.Schemas;

namespace Orchestrator.Api.Kinds.DynamicResources;

/// <summary>The selectors of devices: expressions over <c>device</c>, compiled when they are new.</summary>
/// <remarks>Upstream: dynamic-resource-allocation/cel/compile.go. Its environment has <c>cel.bind</c> besides what Kubernetes offers everywhere, and a
/// value of an attribute has no type that is known before it is read.</remarks>
internal static class DeviceSelectors
{
    private const int LongestExpression = 10 * 1024;
    private const ulong CostLimit = 1_000_000;

    private static readonly CelDeclType AttributeValue = CelDeclType.Simple(CelType.Dyn, 1, DeviceBounds.AttributeValue);
    private static readonly CelDeclType Device = DeviceShape();

    private static readonly CelEnvironment Environment = CelEnvironment.Kubernetes.WithLibraries(CelLibrary.Bindings).WithVariable("device", Device);

    /// <summary>Validates a list of selectors.</summary>
    /// <param name="owner">What has the list.</param>
    /// <param name="path">The path of the list.</param>
    /// <param name="isStored">True: they are as they were, and what compiled once is not compiled again.</param>
    /// <param name="faults">Where faults are noted.</param>
    public static void Validate(JsonObject? owner, string path, bool isStored, Faults faults) =>
        DeviceLists.Each(owner.Items("selectors"), DeviceBounds.Selectors, path, faults, (selector, at) =>
        {
            if (selector.Object("cel") is not { } cel)
            {
                faults.Required(at + ".cel");
            }
            else if (!isStored)
            {
                ValidateExpression(cel.Text("expression"), at + ".cel.expression", faults);
            }
        });

    private static void ValidateExpression(string expression, string path, Faults faults)
    {
        if (Encoding.UTF8.GetByteCount(expression) > LongestExpression)
        {
            faults.Add(FieldError.TooLong(path, LongestExpression));
            return;
        }

        var compilation = Environment.Compile(expression);
        if (compilation.Program is not { } program)
        {
            faults.Invalid(path, expression, "compilation failed: " + compilation.Message);
        }
        else if (!program.ResultType.Equals(CelType.Bool) && !program.ResultType.Equals(CelType.Dyn))
        {
            faults.Invalid(path, expression, $"must evaluate to bool or the unknown type, not {program.ResultType}");
        }
        else if (program.EstimateCost(Sizes.Instance).Max > CostLimit)
        {
            faults.Forbidden(path, "too complex, exceeds cost limit");
        }
    }

    private static CelDeclType DeviceShape()
    {
        var driver = CelDeclType.Simple(CelType.String, 2, DeviceBounds.Domain);
        var identifier = CelDeclType.Simple(CelType.String, 2, DeviceBounds.Identifier);
        return CelDeclType.Object(
            new Dictionary<string, CelDeclType>
            {
                ["driver"] = driver,
                ["attributes"] = ByDomain(AttributeValue),
                ["capacity"] = ByDomain(CelDeclType.Quantity),
                ["allowMultipleAllocations"] = CelDeclType.Simple(CelType.Bool, 4, 1),
            },
            minSerializedSize: 2).Named("kubernetes.DRADevice");

        CelDeclType ByDomain(CelDeclType value) => CelDeclType.Map(
            driver, CelDeclType.Map(identifier, value, DeviceBounds.AttributesAndCapacities), DeviceBounds.AttributesAndCapacities);
    }

    /// <summary>How large what is read from a device can be. All attributes of a domain have one bound, whatever their names.</summary>
    private sealed class Sizes : ICelSizes
    {
        public static readonly Sizes Instance = new();

        public CelSizeEstimate? Find(IReadOnlyList<string> path)
        {
            if (path.Count == 0 || path[0] != "device")
            {
                return null;
            }

            var shape = Device;
            foreach (var name in path.Skip(1))
            {
                var next = name switch
                {
                    "@items" or "@values" => shape.Element,
                    "@keys" => shape.Key,
                    _ => shape.Fields.GetValueOrDefault(name) ?? (IsAttributes(shape) ? AttributeValue : null),
                };
                if (next is null)
                {
                    return null;
                }

                shape = next;
            }

            return new CelSizeEstimate(0, (ulong)shape.MaxElements);
        }

        private static bool IsAttributes(CelDeclType shape) => shape.Element is { Type.Kind: CelTypeKind.Dyn };
    }
}
