using System.Text.Json.Nodes;

namespace Orchestrator.Api.Selectors;

/// <summary>Chooses objects by their labels: every requirement must be met.</summary>
/// <remarks>Upstream: apimachinery/pkg/labels and metav1.LabelSelectorAsSelector.</remarks>
public sealed class LabelSelector
{
    private readonly LabelRequirement[] _requirements;
    private readonly bool _nothing;

    private LabelSelector(IEnumerable<LabelRequirement> requirements, bool nothing = false)
    {
        _requirements = [.. requirements.OrderBy(requirement => requirement.Key, StringComparer.Ordinal)];
        _nothing = nothing;
    }

    /// <summary>Chooses every object.</summary>
    public static LabelSelector Everything { get; } = new([]);

    /// <summary>Chooses no object: what a selector that is not given stands for in most kinds.</summary>
    public static LabelSelector Nothing { get; } = new([], nothing: true);

    /// <summary>True when every object is chosen.</summary>
    public bool IsEmpty => !_nothing && _requirements.Length == 0;

    /// <summary>The requirements, in the order of their keys.</summary>
    public IReadOnlyList<LabelRequirement> Requirements => _requirements;

    /// <summary>Reads the query syntax, as in <c>a=b,c!=d,e in (x,y),!f,g</c>.</summary>
    /// <returns>Upstream's sentence on what is wrong, or null.</returns>
    public static string? Parse(string? text, out LabelSelector selector)
    {
        selector = Everything;
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var parser = new LabelSelectorParser(text);
        var fault = parser.Parse(out var requirements);
        if (fault is null)
        {
            selector = new LabelSelector(requirements);
        }

        return fault;
    }

    /// <summary>Chooses objects that carry all these labels.</summary>
    public static LabelSelector FromLabels(IReadOnlyDictionary<string, string> labels) =>
        new(labels.Select(label => new LabelRequirement(label.Key, LabelOperator.Equals, [label.Value])));

    /// <summary>Reads a LabelSelector of a manifest: matchLabels and matchExpressions. None chooses nothing, an empty one everything.</summary>
    /// <returns>Upstream's sentence on what is wrong, or null; with a fault the selector chooses nothing.</returns>
    public static string? FromJson(JsonNode? json, out LabelSelector selector)
    {
        selector = Nothing;
        if (json is not JsonObject document)
        {
            return null;
        }

        var requirements = new List<LabelRequirement>();
        foreach (var (key, value) in document["matchLabels"] as JsonObject ?? [])
        {
            requirements.Add(new LabelRequirement(key, LabelOperator.Equals, [Text(value)]));
        }

        foreach (var expression in (document["matchExpressions"] as JsonArray ?? []).OfType<JsonObject>())
        {
            var values = (expression["values"] as JsonArray ?? []).Select(Text).ToArray();
            if (Operator(Text(expression["operator"])) is not { } operation)
            {
                return LabelRequirement.Quoted(Text(expression["operator"])) + " is not a valid label selector operator";
            }

            requirements.Add(new LabelRequirement(Text(expression["key"]), operation, values));
        }

        foreach (var requirement in requirements)
        {
            if (requirement.Fault() is { } fault)
            {
                return fault;
            }
        }

        selector = new LabelSelector(requirements);
        return null;
    }

    /// <summary>Whether an object with these labels is chosen.</summary>
    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        foreach (var requirement in _requirements)
        {
            if (!requirement.Matches(labels))
            {
                return false;
            }
        }

        return !_nothing;
    }

    /// <summary>The query syntax.</summary>
    public override string ToString() => string.Join(',', _requirements.Select(requirement => requirement.ToString()));

    private static LabelOperator? Operator(string name) => name switch
    {
        "In" => LabelOperator.In,
        "NotIn" => LabelOperator.NotIn,
        "Exists" => LabelOperator.Exists,
        "DoesNotExist" => LabelOperator.DoesNotExist,
        _ => null,
    };

    private static string Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}
