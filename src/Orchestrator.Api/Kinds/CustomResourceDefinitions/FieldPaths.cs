using Orchestrator.Api.CustomResources.Schemas;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.CustomResourceDefinitions;

/// <summary>Paths of fields in a schema, as selectable fields and validation rules name them: <c>.spec.color</c>, <c>['a.b']</c>.</summary>
/// <remarks>Upstream: ValidFieldPath in apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go.</remarks>
internal static class FieldPaths
{
    /// <summary>The schema at the path.</summary>
    /// <param name="path">The path.</param>
    /// <param name="root">Where it begins.</param>
    /// <param name="allowsKeys">False: names in brackets are not allowed.</param>
    /// <param name="fault">What is wrong with the path, or null.</param>
    public static StructuralSchema? Find(string path, StructuralSchema root, bool allowsKeys, out string? fault)
    {
        fault = null;
        var schema = root;
        foreach (var step in Steps(path, out _))
        {
            if (step.IsKey && !allowsKeys)
            {
                fault = "array notation is not allowed";
                return null;
            }

            // Metadata has the fields of ObjectMeta whatever the schema says of it.
            if (schema.Child(step.Name) is not { } child)
            {
                fault = "does not refer to a valid field";
                return null;
            }

            schema = child;
        }

        Steps(path, out fault);
        return fault is null ? schema : null;
    }

    /// <summary>The path as faults print it, relative to a place.</summary>
    public static string Join(string place, string path)
    {
        var text = place;
        foreach (var step in Steps(path, out _))
        {
            text += step.IsKey ? $"[{step.Name}]" : text.Length == 0 ? step.Name : "." + step.Name;
        }

        return text;
    }

    private static List<Step> Steps(string path, out string? fault)
    {
        fault = null;
        var steps = new List<Step>();
        var at = 0;
        while (at < path.Length)
        {
            if (path[at] == '.')
            {
                var end = path.AsSpan(at + 1).IndexOfAny('.', '[');
                var stop = end < 0 ? path.Length : at + 1 + end;
                steps.Add(new Step(path[(at + 1)..stop], IsKey: false));
                at = stop;
            }
            else if (path.AsSpan(at).StartsWith("['", StringComparison.Ordinal) && path.IndexOf("']", at, StringComparison.Ordinal) is var close and > 0)
            {
                steps.Add(new Step(path[(at + 2)..close].Replace("\\'", "'", StringComparison.Ordinal), IsKey: true));
                at = close + 2;
            }
            else
            {
                fault = $"expected [ or . but got: {GoText.Quote(path[at..])[1..^1]}";
                return steps;
            }
        }

        if (steps.Count == 0 || steps.Exists(step => step.Name.Length == 0))
        {
            fault = "unexpected end of JSON path";
        }

        return steps;
    }

    private readonly record struct Step(string Name, bool IsKey);
}
