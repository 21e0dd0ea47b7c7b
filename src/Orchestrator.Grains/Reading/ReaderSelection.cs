using Orchestrator.Api.Selectors;
using Orchestrator.Store.Cache;

namespace Orchestrator.Grains.Reading;

/// <summary>A query's selectors, and how a change looks to one who sees only what they choose.</summary>
internal sealed record ReaderSelection(LabelSelector Labels, FieldSelector Fields)
{
    /// <summary>Reads the selectors.</summary>
    /// <exception cref="ArgumentException">A selector is malformed; the message says how.</exception>
    public static ReaderSelection Of(ReaderQuery query)
    {
        var fault = LabelSelector.Parse(query.Labels, out var labels) ?? FieldSelector.Parse(query.Fields, out _);
        _ = FieldSelector.Parse(query.Fields, out var fields);
        return fault is null ? new ReaderSelection(labels, fields) : throw new ArgumentException(fault, nameof(query));
    }

    /// <summary>True when an object is chosen.</summary>
    public bool Matches(CachedObject item) => Labels.Matches(item.Labels) && Fields.Matches(item.Field);

    /// <summary>ADDED, MODIFIED or DELETED; null when the change concerns no chosen object.</summary>
    public string? TypeOf(ChangeEvent change)
    {
        var now = change.Type != ChangeType.Deleted && Matches(change.Object);
        var before = change.Previous is { } previous && Matches(previous);
        return (now, before) switch
        {
            (true, true) => "MODIFIED",
            (true, false) => "ADDED",
            (false, true) => "DELETED",
            _ => null,
        };
    }
}
