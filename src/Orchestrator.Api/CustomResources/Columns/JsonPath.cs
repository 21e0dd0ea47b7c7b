using System.Text.Json;

namespace Orchestrator.Api.CustomResources.Columns;

/// <summary>A path into a document as kubectl and printer columns write it, as in <c>.status.conditions[?(@.type=="Ready")].status</c>.</summary>
/// <remarks>Upstream: client-go/util/jsonpath, of which printer columns use the part inside the braces. Missing keys yield nothing.</remarks>
public sealed class JsonPath
{
    private readonly IReadOnlyList<JsonPathStep> steps;

    private JsonPath(IReadOnlyList<JsonPathStep> steps) => this.steps = steps;

    /// <summary>Reads a path.</summary>
    /// <param name="text">The path.</param>
    /// <param name="fault">What is wrong with it, or null.</param>
    /// <returns>The path; null when there is a fault.</returns>
    public static JsonPath? Parse(string text, out string? fault)
    {
        var steps = new JsonPathParser(text).Parse(out fault);
        return fault is null ? new JsonPath(steps) : null;
    }

    /// <summary>The values at the path, in the order of the document.</summary>
    public IEnumerable<JsonElement> Find(JsonElement root) =>
        steps.Aggregate<JsonPathStep, IEnumerable<JsonElement>>([root], (found, step) => found.SelectMany(step.Next));
}
