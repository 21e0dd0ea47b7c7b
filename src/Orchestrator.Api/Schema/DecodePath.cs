using System.Globalization;
using System.Text;

namespace Orchestrator.Api.Schema;

/// <summary>Where the decoder is: as strict decoding names it (with indexes and map keys) and as Go's encoding/json does (fields of structs alone).</summary>
internal sealed class DecodePath
{
    private readonly List<Step> steps = [];

    private readonly record struct Step(string Name, int Index, string Struct);

    public void EnterField(string name, string ofStruct) => steps.Add(new Step(name, -1, ofStruct));

    public void EnterKey(string key) => steps.Add(new Step(key, -1, ""));

    public void EnterItem(int index) => steps.Add(new Step("", index, ""));

    public void Leave() => steps.RemoveAt(steps.Count - 1);

    /// <summary>As in <c>spec.containers[0].image</c>.</summary>
    public string Full(string last)
    {
        var text = new StringBuilder();
        foreach (var step in steps)
        {
            Append(text, step);
        }

        Append(text, new Step(last, -1, ""));
        return text.ToString();
    }

    /// <summary>As in <c>field PodSpec.spec.containers.image</c>; empty outside of any struct.</summary>
    public string GoField()
    {
        var fields = steps.Where(step => step.Struct.Length > 0).ToList();
        return fields.Count == 0 ? "" : fields[^1].Struct + "." + string.Join('.', fields.Select(step => step.Name));
    }

    private static void Append(StringBuilder text, Step step)
    {
        if (step.Index >= 0)
        {
            text.Append('[').Append(step.Index.ToString(CultureInfo.InvariantCulture)).Append(']');
            return;
        }

        if (text.Length > 0)
        {
            text.Append('.');
        }

        text.Append(step.Name);
    }
}
