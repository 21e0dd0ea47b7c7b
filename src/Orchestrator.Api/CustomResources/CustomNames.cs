using System.Text.Json.Nodes;

namespace Orchestrator.Api.CustomResources;

/// <summary>The names of a custom resource.</summary>
/// <param name="Plural">As in paths.</param>
/// <param name="Singular">For one object.</param>
/// <param name="Kind">As in manifests.</param>
/// <param name="ListKind">The kind of lists.</param>
/// <param name="ShortNames">kubectl's abbreviations.</param>
/// <param name="Categories">Groups such as <c>all</c>.</param>
public sealed record CustomNames(
    string Plural, string Singular, string Kind, string ListKind, IReadOnlyList<string> ShortNames, IReadOnlyList<string> Categories)
{
    /// <summary>Reads names as they stand in spec.names or status.acceptedNames.</summary>
    public static CustomNames Read(JsonObject? source) => new(
        CustomDefinition.Text(source, "plural"),
        CustomDefinition.Text(source, "singular"),
        CustomDefinition.Text(source, "kind"),
        CustomDefinition.Text(source, "listKind"),
        CustomDefinition.Texts(source, "shortNames"),
        CustomDefinition.Texts(source, "categories"));
}
