namespace Orchestrator.Api.Yaml;

/// <summary>A YAML value with its aliases still shared.</summary>
internal abstract class YamlValue
{
    private YamlValue()
    {
    }

    /// <summary>Null, string, bool, long, ulong or double.</summary>
    public sealed class Scalar(object? value, string text) : YamlValue
    {
        public object? Value { get; } = value;

        /// <summary>The text as it was written.</summary>
        public string Text { get; } = text;
    }

    public sealed class Sequence : YamlValue
    {
        public List<YamlValue> Items { get; } = [];
    }

    public sealed class Mapping : YamlValue
    {
        /// <summary>The fields in the order of their first appearance.</summary>
        public OrderedDictionary<string, YamlValue> Fields { get; } = new(StringComparer.Ordinal);
    }
}
