using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;

namespace Orchestrator.Api.Admission.Policies;

/// <summary>Kinds as Go prints them and as documents name them.</summary>
internal static class GroupVersionText
{
    /// <summary>As in <c>apps/v1, Kind=Deployment</c>; of the core group <c>/v1, Kind=Pod</c>.</summary>
    public static string Of(GroupVersionKind kind) => $"{kind.Group}/{kind.Version}, Kind={kind.Kind}";

    /// <summary>Reads apiVersion and kind.</summary>
    public static GroupVersionKind Read(JsonObject named)
    {
        var text = named.Text("apiVersion");
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? new GroupVersionKind("", text, named.Text("kind")) : new GroupVersionKind(text[..slash], text[(slash + 1)..], named.Text("kind"));
    }
}
