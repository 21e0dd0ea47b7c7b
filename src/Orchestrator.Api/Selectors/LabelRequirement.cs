using System.Globalization;

namespace Orchestrator.Api.Selectors;

/// <summary>What a requirement asks of a label; each is spelled as the query syntax spells it.</summary>
public enum LabelOperator
{
    /// <summary><c>key</c>: the label is there.</summary>
    Exists,

    /// <summary><c>!key</c>: the label is not there.</summary>
    DoesNotExist,

    /// <summary><c>key=value</c>.</summary>
    Equals,

    /// <summary><c>key==value</c>.</summary>
    DoubleEquals,

    /// <summary><c>key!=value</c>: the label is not there or has another value.</summary>
    NotEquals,

    /// <summary><c>key in (a,b)</c>.</summary>
    In,

    /// <summary><c>key notin (a,b)</c>: the label is not there or has none of the values.</summary>
    NotIn,

    /// <summary><c>key&gt;1</c>: the label is a larger integer.</summary>
    GreaterThan,

    /// <summary><c>key&lt;1</c>: the label is a smaller integer.</summary>
    LessThan,
}

/// <summary>One requirement of a selector.</summary>
/// <param name="Key">The label's key.</param>
/// <param name="Operator">What is asked.</param>
/// <param name="Values">The values asked for; none for Exists and DoesNotExist.</param>
public sealed record LabelRequirement(string Key, LabelOperator Operator, IReadOnlyList<string> Values)
{
    /// <summary>Whether the labels meet the requirement.</summary>
    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        var present = labels.TryGetValue(Key, out var value);
        return Operator switch
        {
            LabelOperator.Exists => present,
            LabelOperator.DoesNotExist => !present,
            LabelOperator.NotEquals or LabelOperator.NotIn => !present || !Has(value!),
            LabelOperator.GreaterThan => present && Compare(value!) > 0,
            LabelOperator.LessThan => present && Compare(value!) < 0,
            _ => present && Has(value!),
        };
    }

    /// <summary>The query syntax; the values in order.</summary>
    public override string ToString() => Operator switch
    {
        LabelOperator.Exists => Key,
        LabelOperator.DoesNotExist => "!" + Key,
        LabelOperator.Equals => Key + "=" + Joined,
        LabelOperator.DoubleEquals => Key + "==" + Joined,
        LabelOperator.NotEquals => Key + "!=" + Joined,
        LabelOperator.In => Key + " in (" + Joined + ")",
        LabelOperator.NotIn => Key + " notin (" + Joined + ")",
        LabelOperator.GreaterThan => Key + ">" + Joined,
        _ => Key + "<" + Joined,
    };

    private string Joined => string.Join(',', Values.Order(StringComparer.Ordinal));

    /// <summary>Checks the requirement; returns upstream's sentence on what is wrong, or null.</summary>
    internal string? Fault()
    {
        var faults = new List<string>();
        if (LabelSyntax.KeyFaults(Key) is { Count: > 0 } keyFaults)
        {
            faults.Add($"key: Invalid value: {Quoted(Key)}: {string.Join("; ", keyFaults)}");
        }

        if (ValuesFault() is { } valuesFault)
        {
            faults.Add(valuesFault);
        }

        for (var i = 0; i < Values.Count; i++)
        {
            if (LabelSyntax.ValueFaults(Values[i]) is { Count: > 0 } valueFaults)
            {
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"values[{i}][{Key}]: Invalid value: {Quoted(Values[i])}: {string.Join("; ", valueFaults)}"));
            }
        }

        return faults.Count switch
        {
            0 => null,
            1 => faults[0],
            _ => "[" + string.Join(", ", faults) + "]",
        };
    }

    internal static string Quoted(string text) => "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";

    private string? ValuesFault()
    {
        var listed = "[" + string.Join(",", Values.Select(Quoted)) + "]";
        return Operator switch
        {
            LabelOperator.In or LabelOperator.NotIn when Values.Count == 0 =>
                $"values: Invalid value: {listed}: for 'in', 'notin' operators, values set can't be empty",
            LabelOperator.Exists or LabelOperator.DoesNotExist when Values.Count > 0 =>
                $"values: Invalid value: {listed}: values set must be empty for exists and does not exist",
            LabelOperator.GreaterThan or LabelOperator.LessThan when !IsInteger(Values[0], out _) =>
                $"values[0]: Invalid value: {Quoted(Values[0])}: for 'Gt', 'Lt' operators, the value must be an integer",
            _ => null,
        };
    }

    private bool Has(string value)
    {
        for (var i = 0; i < Values.Count; i++)
        {
            if (Values[i] == value)
            {
                return true;
            }
        }

        return false;
    }

    private int Compare(string value) => IsInteger(value, out var left) && IsInteger(Values[0], out var right) ? left.CompareTo(right) : 0;

    private static bool IsInteger(string text, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
}
