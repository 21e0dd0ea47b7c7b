using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Evaluation;

/// <summary>Looks into maps, lists and objects.</summary>
/// <remarks>Upstream: refQualify in interpreter/attributes.go, for the messages.</remarks>
internal static class CelQualifier
{
    public static CelValue Select(CelValue value, CelString field, bool optional)
    {
        var found = value switch
        {
            CelMap map when map.TryGet(field.Value, out var entry) => entry,
            CelObject obj when optional => obj.Fields.GetValueOrDefault(field.Value),
            CelObject obj when obj.TryGet(field.Value, out var item) => item,
            CelList => new CelError("unsupported index type 'string' in list"),
            CelError error => error,
            CelMap or CelObject => null,
            _ => CelError.NoSuchKey(field.Value),
        };
        if (found is null) return optional ? CelOptional.None : value is CelObject ? new CelError($"no such field '{field.Value}'") : CelError.NoSuchKey(field.Value);
        return optional && found is not CelError ? Wrap(found) : found;
    }

    public static CelValue Index(CelValue value, CelValue key, bool optional)
    {
        switch (value)
        {
            case CelMap map:
                if (map.TryGet(key, out var entry)) return optional && entry is not CelError ? Wrap(entry) : entry;
                return optional ? CelOptional.None : CelError.NoSuchKey(key);
            case CelList list:
                if (Position(key) is not { } position) return new CelError(WhyNoPosition(key));
                if (position >= 0 && position < list.Count)
                {
                    var element = list[(int)position];
                    return optional && element is not CelError ? Wrap(element) : element;
                }

                return optional ? CelOptional.None : CelError.IndexOutOfBounds(position);
            case CelObject when key is CelString field:
                return Select(value, field, optional);
            default:
                return CelError.NoSuchKey(key);
        }
    }

    /// <summary>Whether a field is there, the meaning of <c>has(value.field)</c>.</summary>
    public static CelValue IsPresent(CelValue value, CelString field) => value switch
    {
        CelMap map => map.TryGet(field.Value, out var entry) ? entry is CelError ? entry : CelBool.True : CelBool.False,
        CelObject obj => CelBool.Of(obj.Fields.ContainsKey(field.Value)),
        CelList => new CelError("unsupported index type 'string' in list"),
        _ => CelBool.False,
    };

    /// <summary>The list position that a number names, or null when it names none.</summary>
    public static long? Position(CelValue key) => key switch
    {
        CelInt number => number.Value,
        CelUint { Value: <= long.MaxValue } number => (long)number.Value,
        CelDouble { Value: >= CelNumber.LongFloor and < CelNumber.LongCeiling } number when Math.Floor(number.Value) == number.Value => (long)number.Value,
        _ => null,
    };

    private static CelOptional Wrap(CelValue value) => value as CelOptional ?? CelOptional.Of(value);

    private static string WhyNoPosition(CelValue key) => key is CelDouble or CelUint
        ? $"unsupported index value {CelText.Of(key)} in list"
        : $"unsupported index type '{key.Type.RuntimeName}' in list";
}
