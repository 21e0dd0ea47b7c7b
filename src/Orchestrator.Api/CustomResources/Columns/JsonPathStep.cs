using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Api.CustomResources.Columns;

/// <summary>One step of a path: from a value to those below it that it names.</summary>
internal abstract record JsonPathStep
{
    public abstract IEnumerable<JsonElement> Next(JsonElement value);

    private static IEnumerable<JsonElement> Children(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().Select(member => member.Value),
        JsonValueKind.Array => value.EnumerateArray(),
        _ => [],
    };

    /// <summary><c>.name</c> or <c>['name']</c>.</summary>
    internal sealed record Field(string Name) : JsonPathStep
    {
        public override IEnumerable<JsonElement> Next(JsonElement value) =>
            value.ValueKind == JsonValueKind.Object && value.TryGetProperty(Name, out var found) ? [found] : [];
    }

    /// <summary><c>.*</c> or <c>[*]</c>.</summary>
    internal sealed record Wildcard : JsonPathStep
    {
        public override IEnumerable<JsonElement> Next(JsonElement value) => Children(value);
    }

    /// <summary><c>..</c>: the value itself and everything below it.</summary>
    internal sealed record Descent : JsonPathStep
    {
        public override IEnumerable<JsonElement> Next(JsonElement value) => Children(value).SelectMany(Next).Prepend(value);
    }

    /// <summary><c>[start:end:step]</c>, of which an index is the shortest form.</summary>
    internal sealed record Slice(int? Start, int? End, int Stride, bool IsIndex) : JsonPathStep
    {
        public override IEnumerable<JsonElement> Next(JsonElement value)
        {
            if (value.ValueKind != JsonValueKind.Array)
            {
                yield break;
            }

            var count = value.GetArrayLength();
            var start = Start < 0 ? Start.Value + count : Start ?? 0;
            if (IsIndex)
            {
                if (start >= 0 && start < count)
                {
                    yield return value[start];
                }

                yield break;
            }

            var end = Math.Min(count, End < 0 ? End.Value + count : End ?? count);
            for (var index = Math.Max(0, start); index < end; index += Math.Max(1, Stride))
            {
                yield return value[index];
            }
        }
    }

    /// <summary><c>[a,b]</c>: what any of the steps names.</summary>
    internal sealed record Union(IReadOnlyList<JsonPathStep> Parts) : JsonPathStep
    {
        public override IEnumerable<JsonElement> Next(JsonElement value) => Parts.SelectMany(part => part.Next(value));
    }

    /// <summary><c>[?(@.field op value)]</c>: the items for which the comparison holds.</summary>
    internal sealed record Filter(JsonPathOperand Left, string Operator, JsonPathOperand? Right) : JsonPathStep
    {
        public override IEnumerable<JsonElement> Next(JsonElement value) => Children(value).Where(Holds);

        private bool Holds(JsonElement item)
        {
            var left = Left.Values(item).ToList();
            if (Right is null)
            {
                return left.Count > 0;
            }

            var right = Right.Values(item).ToList();
            return left.Count == 1 && right.Count == 1 && Compare(left[0], right[0]) is { } order && Operator switch
            {
                "==" => order == 0,
                "!=" => order != 0,
                "<" => order < 0,
                "<=" => order <= 0,
                ">" => order > 0,
                ">=" => order >= 0,
                _ => false,
            };
        }

        /// <summary>Null when the values cannot be compared.</summary>
        private static int? Compare(string left, string right)
        {
            const NumberStyles Style = NumberStyles.Float;
            return double.TryParse(left, Style, CultureInfo.InvariantCulture, out var one) && double.TryParse(right, Style, CultureInfo.InvariantCulture, out var other)
                ? one.CompareTo(other)
                : string.CompareOrdinal(left, right);
        }
    }
}

/// <summary>One side of a comparison: a path from the item, or a value.</summary>
/// <param name="Path">The path; null for a value.</param>
/// <param name="Literal">The value.</param>
internal sealed record JsonPathOperand(JsonPath? Path, string Literal)
{
    public IEnumerable<string> Values(JsonElement item) => Path is null
        ? [Literal]
        : Path.Find(item).Select(found => found.ValueKind == JsonValueKind.String ? found.GetString()! : found.GetRawText());
}
