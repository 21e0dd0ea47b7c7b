using System.Text.Json.Nodes;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Patching;

/// <summary>A set of places in a document, as a tree: what a manager owns. Places are spelled as fieldsV1 spells them (f:, k:, v:).</summary>
/// <remarks>
/// Upstream: structured-merge-diff/fieldpath. A node is a member by itself (written <c>.</c>) or only the way to members below.
/// A set is built once and not changed after that: what is made from it shares its branches. Every write of every object makes some of these,
/// so children are a sorted list, which costs nothing while there are none, and two sets are combined in one walk along both.
/// </remarks>
internal sealed class FieldSet
{
    private static readonly List<KeyValuePair<string, FieldSet>> None = [];

    private List<KeyValuePair<string, FieldSet>> _children = None;

    private enum Operation
    {
        Union,
        Difference,
        Intersection,
    }

    /// <summary>One place with nothing below it.</summary>
    internal static FieldSet Leaf { get; } = new() { IsMember = true };

    /// <summary>True: this very place belongs to the set.</summary>
    internal bool IsMember { get; init; }

    internal bool IsEmpty => !IsMember && _children.TrueForAll(child => child.Value.IsEmpty);

    internal IReadOnlyList<KeyValuePair<string, FieldSet>> Children => _children;

    internal FieldSet? Child(string step) => Find(step) is var index && index >= 0 ? _children[index].Value : null;

    /// <summary>Puts a whole branch below a step. Only whoever makes a set may do this.</summary>
    internal void Attach(string step, FieldSet branch)
    {
        if (ReferenceEquals(_children, None))
        {
            _children = [];
        }

        var entry = KeyValuePair.Create(step, branch);
        if (_children.Count == 0 || string.CompareOrdinal(_children[^1].Key, step) < 0)
        {
            _children.Add(entry);
        }
        else if (Find(step) is var index && index >= 0)
        {
            _children[index] = entry;
        }
        else
        {
            _children.Insert(~index, entry);
        }
    }

    internal static FieldSet Union(FieldSet left, FieldSet right) => Combine(left, right, Operation.Union);

    internal static FieldSet Difference(FieldSet left, FieldSet right) => Combine(left, right, Operation.Difference);

    internal static FieldSet Intersection(FieldSet left, FieldSet right) => Combine(left, right, Operation.Intersection);

    /// <summary>Only what is below this place, not the place itself.</summary>
    internal FieldSet Below() => IsMember ? new FieldSet { _children = _children } : this;

    /// <summary>With the place itself.</summary>
    internal FieldSet AsMember() => IsMember ? this : new FieldSet { IsMember = true, _children = _children };

    /// <summary>With every field on the way that the schema names.</summary>
    /// <remarks>Upstream: EnsureNamedFieldsAreMembers.</remarks>
    internal FieldSet WithNamedFields(SchemaNode? schema)
    {
        var named = new FieldSet { IsMember = IsMember };
        foreach (var (step, branch) in _children)
        {
            var name = step[0] == 'f' ? step[2..] : null;
            var below = branch.WithNamedFields(name is null ? schema?.Items : schema?.Child(name));
            named.Attach(step, name is not null && schema?.Properties.ContainsKey(name) == true ? below.AsMember() : below);
        }

        return named;
    }

    /// <summary>Without whole branches, whatever lies below them.</summary>
    internal FieldSet Without(ReadOnlySpan<string> steps)
    {
        var rest = new FieldSet { IsMember = IsMember };
        foreach (var (step, branch) in _children)
        {
            if (!steps.Contains(step))
            {
                rest.Attach(step, branch);
            }
        }

        return rest;
    }

    internal bool SetEquals(FieldSet other) =>
        Difference(this, other).IsEmpty && Difference(other, this).IsEmpty;

    /// <summary>Reads a fieldsV1 document.</summary>
    internal static FieldSet FromJson(JsonObject json) => FromJson(json, isRoot: true);

    /// <summary>Writes a fieldsV1 document.</summary>
    internal JsonObject ToJson()
    {
        var json = new JsonObject();
        var children = _children.Where(child => !child.Value.IsEmpty).ToList();
        if (IsMember && children.Count > 0)
        {
            json["."] = new JsonObject();
        }

        foreach (var (step, child) in children)
        {
            json[step] = child.ToJson();
        }

        return json;
    }

    /// <summary>The members as upstream writes paths: <c>.spec.containers[name="app"].image</c>.</summary>
    internal IEnumerable<string> Paths(string prefix = "")
    {
        if (IsMember)
        {
            yield return prefix;
        }

        foreach (var (step, child) in _children)
        {
            foreach (var path in child.Paths(prefix + PathText(step)))
            {
                yield return path;
            }
        }
    }

    private static string PathText(string step)
    {
        var value = step[2..];
        switch (step[0])
        {
            case 'k':
                var keys = JsonNode.Parse(value)!.AsObject();
                return "[" + string.Join(',', keys.Select(key => key.Key + "=" + (key.Value?.ToJsonString() ?? "null"))) + "]";
            case 'v':
                return "[=" + value + "]";
            case 'i':
                return "[" + value + "]";
            default:
                return "." + value;
        }
    }

    // A leaf is written as an empty object: a member without a dot.
    private static FieldSet FromJson(JsonObject json, bool isRoot)
    {
        if (json.Count == 0 && !isRoot)
        {
            return Leaf;
        }

        var set = new FieldSet { IsMember = json.ContainsKey(".") };
        foreach (var (step, below) in json)
        {
            if (step != ".")
            {
                set.Attach(step, FromJson(below as JsonObject ?? [], isRoot: false));
            }
        }

        return set;
    }

    private int Find(string step)
    {
        var (low, high) = (0, _children.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            switch (string.CompareOrdinal(_children[middle].Key, step))
            {
                case 0:
                    return middle;
                case < 0:
                    low = middle + 1;
                    break;
                default:
                    high = middle - 1;
                    break;
            }
        }

        return ~low;
    }

    private static FieldSet Combine(FieldSet left, FieldSet right, Operation operation)
    {
        var result = new FieldSet
        {
            IsMember = operation switch
            {
                Operation.Union => left.IsMember || right.IsMember,
                Operation.Difference => left.IsMember && !right.IsMember,
                _ => left.IsMember && right.IsMember,
            },
        };
        var (l, r) = (0, 0);
        while (l < left._children.Count || r < right._children.Count)
        {
            var order = l == left._children.Count ? 1
                : r == right._children.Count ? -1
                : string.CompareOrdinal(left._children[l].Key, right._children[r].Key);
            var step = order <= 0 ? left._children[l].Key : right._children[r].Key;
            var ours = order <= 0 ? left._children[l++].Value : null;
            var theirs = order >= 0 ? right._children[r++].Value : null;
            var child = (ours, theirs) switch
            {
                ({ } one, { } other) => Combine(one, other, operation),
                ({ } one, null) => operation == Operation.Intersection ? null : one,
                _ => operation == Operation.Union ? theirs : null,
            };
            if (child is { IsEmpty: false })
            {
                result.Attach(step, child);
            }
        }

        return result;
    }
}
