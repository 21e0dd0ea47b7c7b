using System.Text.Json.Nodes;

namespace Orchestrator.Api.Patching;

/// <summary>A set of places in a document, as a tree: what a manager owns. Places are spelled as fieldsV1 spells them (f:, k:, v:).</summary>
/// <remarks>Upstream: structured-merge-diff/fieldpath. A node is a member by itself (written <c>.</c>) or only the way to members below.</remarks>
internal sealed class FieldSet
{
    private readonly SortedDictionary<string, FieldSet> _children = new(StringComparer.Ordinal);

    /// <summary>True: this very place belongs to the set.</summary>
    internal bool IsMember { get; set; }

    internal bool IsEmpty => !IsMember && _children.Values.All(child => child.IsEmpty);

    internal IEnumerable<KeyValuePair<string, FieldSet>> Children => _children;

    internal FieldSet? Child(string step) => _children.GetValueOrDefault(step);

    /// <summary>The node of a step, made if it is missing.</summary>
    internal FieldSet At(string step)
    {
        if (!_children.TryGetValue(step, out var child))
        {
            child = new FieldSet();
            _children[step] = child;
        }

        return child;
    }

    /// <summary>Puts a whole branch below a step.</summary>
    internal void Attach(string step, FieldSet branch) => _children[step] = branch;

    internal static FieldSet Union(FieldSet left, FieldSet right) =>
        Combine(left, right, (l, r) => l || r);

    internal static FieldSet Difference(FieldSet left, FieldSet right) =>
        Combine(left, right, (l, r) => l && !r);

    internal static FieldSet Intersection(FieldSet left, FieldSet right) =>
        Combine(left, right, (l, r) => l && r);

    /// <summary>Without whole branches, whatever lies below them.</summary>
    internal FieldSet Without(IEnumerable<string> steps)
    {
        var rest = Union(this, new FieldSet());
        foreach (var step in steps)
        {
            rest._children.Remove(step);
        }

        return rest;
    }

    internal bool SetEquals(FieldSet other) =>
        Difference(this, other).IsEmpty && Difference(other, this).IsEmpty;

    /// <summary>Reads a fieldsV1 document.</summary>
    internal static FieldSet FromJson(JsonObject json)
    {
        // A leaf is written as an empty object: a member without a dot.
        var set = new FieldSet();
        foreach (var (step, below) in json)
        {
            if (step == ".")
            {
                set.IsMember = true;
            }
            else
            {
                var child = FromJson(below as JsonObject ?? []);
                child.IsMember |= child._children.Count == 0;
                set._children[step] = child;
            }
        }

        return set;
    }

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

    private static FieldSet Combine(FieldSet? left, FieldSet? right, Func<bool, bool, bool> decide)
    {
        var result = new FieldSet { IsMember = decide(left?.IsMember ?? false, right?.IsMember ?? false) };
        var steps = (left?._children.Keys ?? Enumerable.Empty<string>()).Union(right?._children.Keys ?? Enumerable.Empty<string>());
        foreach (var step in steps)
        {
            var child = Combine(left?.Child(step), right?.Child(step), decide);
            if (!child.IsEmpty)
            {
                result._children[step] = child;
            }
        }

        return result;
    }
}
