using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Evaluation;

/// <summary>A list literal with parts that are not constant.</summary>
internal sealed class ListStep(CelStep[] elements, bool[] optional) : CelStep
{
    public override CelValue Run(CelFrame frame)
    {
        var values = new List<CelValue>(elements.Length);
        for (var i = 0; i < elements.Length; i++)
        {
            var value = elements[i].Run(frame);
            if (value is CelError) return value;
            if (optional[i])
            {
                if (value is not CelOptional maybe) return new CelError($"cannot initialize optional list element from non-optional value {CelText.Of(value)}");
                if (maybe.Value is null) continue;
                value = maybe.Value;
            }

            values.Add(value);
        }

        frame.Charge(Costs.CelCosts.ListLiteral);
        return CelList.Of(values);
    }
}

/// <summary>A map literal with parts that are not constant.</summary>
internal sealed class MapStep(CelStep[] keys, CelStep[] values, bool[] optional) : CelStep
{
    public override CelValue Run(CelFrame frame)
    {
        var entries = new Dictionary<CelValue, CelValue>(keys.Length, CelValueComparer.Instance);
        for (var i = 0; i < keys.Length; i++)
        {
            var key = keys[i].Run(frame);
            if (key is CelError) return key;
            var value = values[i].Run(frame);
            if (value is CelError) return value;
            if (optional[i])
            {
                if (value is not CelOptional maybe) return new CelError($"cannot initialize optional entry '{CelText.Of(key)}' from non-optional value {CelText.Of(value)}");
                if (maybe.Value is null) continue;
                value = maybe.Value;
            }

            if (AddEntry(entries, key, value) is { } error) return error;
        }

        frame.Charge(Costs.CelCosts.MapLiteral);
        return CelMap.Over(entries);
    }

    /// <summary>Adds an entry to a map literal; the error when the key cannot be one.</summary>
    internal static CelError? AddEntry(Dictionary<CelValue, CelValue> entries, CelValue key, CelValue value)
    {
        if (key is not (CelBool or CelInt or CelUint or CelString)) return new CelError($"unsupported key type: {key.Type.RuntimeName}");
        return entries.TryAdd(key, value) ? null : new CelError($"Failed with repeated key: {CelText.Of(key)}");
    }
}

/// <summary>An object literal, <c>Object.spec{replicas: 1}</c>.</summary>
internal sealed class ObjectStep(CelType type, string[] names, CelStep[] values, bool[] optional, IReadOnlyDictionary<string, CelValue> defaults) : CelStep
{
    public override CelValue Run(CelFrame frame)
    {
        var fields = new Dictionary<string, CelValue>(names.Length, StringComparer.Ordinal);
        for (var i = 0; i < names.Length; i++)
        {
            var value = values[i].Run(frame);
            if (value is CelError) return value;
            if (optional[i])
            {
                if (value is not CelOptional maybe) return new CelError($"cannot initialize optional entry '{names[i]}' from non-optional value {CelText.Of(value)}");
                if (maybe.Value is null) continue;
                value = maybe.Value;
            }

            fields[names[i]] = value;
        }

        frame.Charge(Costs.CelCosts.ObjectLiteral);
        return new CelObject(type, fields, defaults);
    }
}
