using System.Globalization;

namespace Orchestrator.Api.Identity;

/// <summary>A point in the cluster's history: the store's counter, gapless and in commit order. Written out it is a resourceVersion.</summary>
/// <param name="Value">The count of committed writes; zero is before the first.</param>
public readonly record struct Revision(long Value) : IComparable<Revision>
{
    /// <summary>Before the first write; as an expectation: the object must not exist.</summary>
    public static Revision None => default;

    /// <inheritdoc />
    public int CompareTo(Revision other) => Value.CompareTo(other.Value);

    /// <summary>The resourceVersion of this revision.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads a resourceVersion.</summary>
    public static bool TryParse(string? text, out Revision revision)
    {
        var parsed = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value);
        revision = new Revision(value);
        return parsed;
    }

    /// <summary>Orders revisions.</summary>
    public static bool operator <(Revision left, Revision right) => left.Value < right.Value;

    /// <summary>Orders revisions.</summary>
    public static bool operator >(Revision left, Revision right) => left.Value > right.Value;

    /// <summary>Orders revisions.</summary>
    public static bool operator <=(Revision left, Revision right) => left.Value <= right.Value;

    /// <summary>Orders revisions.</summary>
    public static bool operator >=(Revision left, Revision right) => left.Value >= right.Value;
}
