using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Selectors;

namespace Orchestrator.Api.Admission.Matching;

/// <summary>Whether the selectors of a webhook or a policy choose a request.</summary>
/// <remarks>Upstream: apiserver/pkg/admission/plugin/webhook/predicates/namespace and object.</remarks>
internal static class MatchSelectors
{
    private static readonly GroupResource Namespaces = new("", "namespaces");

    /// <summary>Whether the namespace of the request is chosen; a Namespace is chosen by its own labels, what is in none always.</summary>
    public static bool ChooseNamespace(JsonObject? selector, AdmissionAttributes attributes)
    {
        if (IsOpen(selector, out var chosen))
        {
            return true;
        }

        if (attributes.Kind.StorageResource == Namespaces)
        {
            return chosen.Matches(Labels(attributes.Object ?? attributes.OldObject));
        }

        return attributes.Key.Namespace.Length == 0
            || chosen.Matches(Labels(attributes.At.View.Read("", "namespaces", "", attributes.Key.Namespace)));
    }

    /// <summary>Whether the object is chosen, as it is to be or as it was: nobody escapes by taking a label away.</summary>
    public static bool ChooseObject(JsonObject? selector, AdmissionAttributes attributes) =>
        IsOpen(selector, out var chosen)
        || (attributes.Object is { } obj && chosen.Matches(Labels(obj)))
        || (attributes.OldObject is { } old && chosen.Matches(Labels(old)));

    private static bool IsOpen(JsonObject? selector, out LabelSelector chosen)
    {
        chosen = LabelSelector.Everything;
        return selector is null || (LabelSelector.FromJson(selector, out chosen) is null && chosen.IsEmpty);
    }

    private static Dictionary<string, string> Labels(JsonObject? obj) =>
        obj.Object("metadata").Map("labels").ToDictionary(label => label.Key, label => label.Value, StringComparer.Ordinal);
}
