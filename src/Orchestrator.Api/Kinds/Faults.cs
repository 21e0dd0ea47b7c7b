using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds;

/// <summary>The faults found so far: validation goes on after the first, for a caller wants to see them all at once.</summary>
internal sealed class Faults : List<FieldError>
{
    /// <summary>Notes each complaint about a value.</summary>
    public void Invalid(string field, object? value, IEnumerable<string> complaints) =>
        AddRange(complaints.Select(complaint => FieldError.Invalid(field, value, complaint)));

    /// <summary>Notes that a value breaks a rule.</summary>
    public void Invalid(string field, object? value, string detail) => Add(FieldError.Invalid(field, value, detail));

    /// <summary>Notes a missing field.</summary>
    public void Required(string field, string detail = "") => Add(FieldError.Required(field, detail));

    /// <summary>Notes a value that is not allowed here.</summary>
    public void Forbidden(string field, string detail) => Add(FieldError.Forbidden(field, detail));

    /// <summary>Notes a second occurrence of what must be unique.</summary>
    public void Duplicate(string field, object? value) => Add(FieldError.Duplicate(field, value));

    /// <summary>Notes a value that is not among those listed.</summary>
    public void NotSupported(string field, string value, params IReadOnlyList<string> supported) => Add(FieldError.NotSupported(field, value, supported));

    /// <summary>Notes an empty value as missing and one that is not listed as unsupported.</summary>
    public void OneOf(string field, string value, params IReadOnlyList<string> supported)
    {
        if (value.Length == 0)
        {
            Required(field);
        }
        else
        {
            OneOfIfSet(field, value, supported);
        }
    }

    /// <summary>Notes a value that is set and not listed.</summary>
    public void OneOfIfSet(string field, string value, params IReadOnlyList<string> supported)
    {
        if (value.Length > 0 && !supported.Contains(value, StringComparer.Ordinal))
        {
            NotSupported(field, value, supported);
        }
    }

    /// <summary>Notes an integer below zero; absent is fine.</summary>
    public void NotNegative(string field, long? value)
    {
        if (value < 0)
        {
            Invalid(field, value, "must be greater than or equal to 0");
        }
    }

    /// <summary>Notes a field that may not change and did.</summary>
    public void Immutable(string field, System.Text.Json.Nodes.JsonNode? value, System.Text.Json.Nodes.JsonNode? before)
    {
        if (!JsonReading.Same(value, before))
        {
            Invalid(field, value, "field is immutable");
        }
    }
}
