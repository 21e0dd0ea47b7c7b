using System.Text.Json.Nodes;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.CustomResources.Values;

/// <summary>One value that breaks one rule of its schema, as upstream's validator reports it.</summary>
/// <remarks>Upstream: kube-openapi/pkg/validation/errors/schema.go, and kubeOpenAPIResultToFieldErrors, which turns them into field errors.</remarks>
/// <param name="Kind">What the field error will be.</param>
/// <param name="Path">The place; begins with a dot where the schema is the root's.</param>
/// <param name="Value">The value shown.</param>
/// <param name="Message">The sentence.</param>
internal sealed record ValueFault(FieldErrorKind Kind, string Path, object? Value, string Message)
{
    /// <summary>True of rules over several schemas, which name no place: upstream prints one of its nil pointers.</summary>
    public bool HasNoPlace { get; init; }

    /// <summary>The error as it is answered.</summary>
    /// <param name="prefix">Where the validated value lies in the object; empty for the whole object.</param>
    public FieldError ToFieldError(string prefix)
    {
        var bare = Path.StartsWith('.') ? Path[1..] : Path;
        var field = HasNoPlace || bare.Length == 0 ? prefix.Length == 0 ? "<nil>" : prefix
            : prefix.Length == 0 ? bare
            : prefix + "." + bare;
        var value = Value is JsonNode node ? node.DeepClone() : Value;
        return new FieldError(Kind, field, value, Message);
    }
}

/// <summary>What came of validating a value: its faults, and how many checks it passed, by which the closest of several schemas is found.</summary>
internal sealed class ValueResult
{
    public List<ValueFault> Faults { get; } = [];

    public int Matches { get; private set; }

    public bool IsValid => Faults.Count == 0;

    public void Count() => Matches++;

    public void Add(ValueFault? fault)
    {
        if (fault is not null)
        {
            Faults.Add(fault);
        }
    }

    public void Merge(ValueResult other)
    {
        Faults.AddRange(other.Faults);
        Matches += other.Matches;
    }

    /// <summary>Forgets the faults: the value stood there before and may stay.</summary>
    public void Tolerate() => Faults.Clear();
}
