using System.IO.Compression;
using System.Xml;
using System.Xml.Linq;

namespace Orchestrator.Gateway.OpenApi;

/// <summary>What the built-in kinds and their fields are for, as <c>kubectl explain</c> tells it.</summary>
/// <remarks>The facts that the API is made from have no prose. The KubernetesClient package has: its models are generated from upstream's OpenAPI document, and
/// its documentation file holds the descriptions. The build packs that file into this assembly; it is read when a document is first asked for.</remarks>
internal sealed class FieldDescriptions
{
    private const string Packed = "Orchestrator.Gateway.KubernetesClient.xml.gz";
    private const string Models = "k8s.Models.";

    /// <summary>Query parameters mean the same in every group; the core group has all of them.</summary>
    private const string Operations = "M:k8s.ICoreV1Operations.";

    /// <summary>Custom resources have these fields too, and say nothing of them.</summary>
    private const string AnyKind = "V1Namespace";

    private static readonly Lazy<FieldDescriptions> Read = new(static () =>
    {
        using var packed = typeof(FieldDescriptions).Assembly.GetManifestResourceStream(Packed)!;
        using var unpacked = new GZipStream(packed, CompressionMode.Decompress);
        return Of(unpacked);
    });

    /// <summary>By the name of a class, and by class and property joined by a dot; the case of letters differs from that of fields.</summary>
    private readonly Dictionary<string, string> texts = new(StringComparer.OrdinalIgnoreCase);

    private readonly Dictionary<string, string> parameters = new(StringComparer.Ordinal);

    private FieldDescriptions()
    {
    }

    /// <summary>The descriptions that this assembly carries.</summary>
    public static FieldDescriptions Shipped => Read.Value;

    /// <summary>Reads a documentation file of the compiler.</summary>
    public static FieldDescriptions Of(Stream documentation)
    {
        var descriptions = new FieldDescriptions();
        using var reader = XmlReader.Create(documentation);
        while (reader.ReadToFollowing("member"))
        {
            var name = reader.GetAttribute("name") ?? "";
            if (name.Length > 2 && name[0] is 'T' or 'P' && name.AsSpan(2).StartsWith(Models, StringComparison.Ordinal))
            {
                using var member = reader.ReadSubtree();
                if (XElement.Load(member).Element("summary")?.Value is { } summary && Paragraphs(summary) is { Length: > 0 } text)
                {
                    descriptions.texts[name[(2 + Models.Length)..]] = text;
                }
            }
            else if (name.StartsWith(Operations, StringComparison.Ordinal))
            {
                using var member = reader.ReadSubtree();
                descriptions.AddParameters(XElement.Load(member));
            }
        }

        return descriptions;
    }

    /// <summary>What a query parameter is for; null when nothing is known.</summary>
    public string? OfParameter(string parameter) => parameters.GetValueOrDefault(parameter);

    /// <summary>What a definition is for, by its name in the OpenAPI document; null when nothing is known.</summary>
    public string? OfDefinition(string definition) => ClassOf(definition) is { } name ? texts[name] : null;

    /// <summary>What a field of a definition is for; null when nothing is known.</summary>
    public string? OfField(string definition, string field)
    {
        var owner = ClassOf(definition) ?? (field is "apiVersion" or "kind" or "metadata" && !ApiFacts.IsBuiltIn(definition) ? AnyKind : null);
        if (owner is null)
        {
            return null;
        }

        // A property cannot be called like its class or like a type, and has no signs in its name.
        var property = owner + "." + string.Concat(field.Where(char.IsLetterOrDigit));
        return texts.GetValueOrDefault(property) ?? texts.GetValueOrDefault(property + "Property") ?? texts.GetValueOrDefault(property + "Value");
    }

    private void AddParameters(XElement operation)
    {
        // What is a word of C# got a suffix.
        const string suffix = "Parameter";
        foreach (var parameter in operation.Elements("param"))
        {
            var name = (string?)parameter.Attribute("name") ?? "";
            if (Paragraphs(parameter.Value) is { Length: > 0 } text)
            {
                parameters.TryAdd(name.EndsWith(suffix, StringComparison.Ordinal) ? name[..^suffix.Length] : name, text);
            }
        }
    }

    /// <summary>The class of a definition like <c>io.k8s.api.core.v1.PodSpec</c>: the group is part of the name only where two groups have the same one.</summary>
    private string? ClassOf(string definition)
    {
        var parts = definition.Split('.');
        if (!ApiFacts.IsBuiltIn(definition) || parts is not ["io", "k8s", .., var group, ['v', >= '0' and <= '9', ..] version, var kind])
        {
            return null;
        }

        string[] candidates = [group + version + kind, version + kind];
        return Array.Find(candidates, texts.ContainsKey);
    }

    /// <summary>The generator breaks lines at a width; an empty line alone ends a paragraph.</summary>
    private static string Paragraphs(string text)
    {
        var paragraphs = text.ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim())
            .Aggregate(new List<string> { "" }, static (all, line) =>
            {
                if (line.Length == 0)
                {
                    all.Add("");
                }
                else
                {
                    all[^1] = all[^1].Length == 0 ? line : all[^1] + " " + line;
                }

                return all;
            });
        return string.Join("\n\n", paragraphs.Where(paragraph => paragraph.Length > 0));
    }
}
