namespace Orchestrator.Gateway.Answers;

/// <summary>In what shape an answer is wanted.</summary>
internal enum MediaShape
{
    /// <summary>The objects themselves.</summary>
    Whole,

    /// <summary>A meta.k8s.io/v1 Table.</summary>
    Table,

    /// <summary>PartialObjectMetadata, alone or in a list.</summary>
    Partial,
}

/// <summary>In what form an answer is wanted: the Accept header, settled.</summary>
/// <remarks>Upstream: apiserver/pkg/endpoints/handlers/negotiation. Clauses are tried in the order of their weight.</remarks>
/// <param name="Shape">The shape.</param>
/// <param name="Yaml">True: YAML, else JSON.</param>
internal readonly record struct MediaForm(MediaShape Shape, bool Yaml)
{
    /// <summary>Whole objects in JSON.</summary>
    public static MediaForm Json { get; } = new(MediaShape.Whole, false);

    /// <summary>The content type of answers in this form.</summary>
    public string ContentType => Yaml ? "application/yaml" : "application/json";

    /// <summary>The form that an Accept header asks for, or null when none of its clauses can be met (answer 406).</summary>
    public static MediaForm? Negotiate(string accept)
    {
        if (accept.Length == 0)
        {
            return Json;
        }

        foreach (var clause in AcceptClause.ParseAll(accept))
        {
            if (Match(clause) is { } form)
            {
                return form;
            }
        }

        return null;
    }

    private static MediaForm? Match(AcceptClause clause)
    {
        bool yaml;
        switch (clause.MediaType)
        {
            case "application/json" or "*/*" or "application/*":
                yaml = false;
                break;
            case "application/yaml":
                yaml = true;
                break;
            default:
                return null;
        }

        var shape = clause["as"];
        if (shape.Length == 0)
        {
            return new MediaForm(MediaShape.Whole, yaml);
        }

        if (clause["g"] != "meta.k8s.io" || clause["v"] != "v1")
        {
            return null;
        }

        return shape switch
        {
            "Table" => new MediaForm(MediaShape.Table, yaml),
            "PartialObjectMetadata" or "PartialObjectMetadataList" => new MediaForm(MediaShape.Partial, yaml),
            _ => null,
        };
    }
}
