using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Admission;

/// <summary>Applies a namespace's LimitRanges: gives containers their default requests and limits, and refuses pods and claims outside the range.</summary>
/// <remarks>Upstream: plugin/pkg/admission/limitranger.</remarks>
internal sealed class LimitRanger : IAdmissionPlugin
{
    private const string Annotation = "kubernetes.io/limit-ranger";
    private static readonly GroupResource LimitRanges = new("", "limitranges");
    private static readonly GroupResource Claims = new("", "persistentvolumeclaims");

    /// <inheritdoc />
    public string Name => nameof(LimitRanger);

    /// <inheritdoc />
    public ApiStatus? Admit(AdmissionAttributes attributes)
    {
        if (!attributes.CreatesPod() || attributes.Object is not { } pod)
        {
            return null;
        }

        var notes = new List<string>();
        foreach (var limit in Limits(attributes).Where(limit => limit.Text("type") == "Container"))
        {
            var spec = pod.Object("spec");
            foreach (var (kind, list) in new[] { ("", "containers"), ("init ", "initContainers") })
            {
                foreach (var container in spec.Items(list))
                {
                    Fill(container, kind, limit, notes);
                }
            }
        }

        if (notes.Count > 0)
        {
            pod.Ensure("metadata").Ensure("annotations")[Annotation] = "LimitRanger plugin set: " + string.Join("; ", notes);
        }

        return null;
    }

    /// <inheritdoc />
    public ApiStatus? Validate(AdmissionAttributes attributes)
    {
        var complaints = new List<string>();
        if (attributes.CreatesPod())
        {
            foreach (var limit in Limits(attributes))
            {
                LimitChecks.CheckPod(attributes.Object.Object("spec"), limit, complaints);
            }
        }
        else if (attributes.Kind.GroupResource == Claims && attributes.Subresource.Length == 0 && attributes.Operation != AdmissionOperation.Delete)
        {
            foreach (var limit in Limits(attributes).Where(limit => limit.Text("type") == "PersistentVolumeClaim"))
            {
                LimitChecks.CheckClaim(attributes.Object.Object("spec").Object("resources"), limit, complaints);
            }
        }

        // Two LimitRanges that say the same complain once, as an aggregate error does upstream.
        return complaints.Distinct(StringComparer.Ordinal).ToList() switch
        {
            [] => null,
            [var one] => attributes.Forbid(one),
            var all => attributes.Forbid("[" + string.Join(", ", all) + "]"),
        };
    }

    private static IEnumerable<JsonObject> Limits(AdmissionAttributes attributes) => attributes.At.View
        .List(LimitRanges, attributes.Key.Namespace)
        .SelectMany(range => range.ToJson().Object("spec").Items("limits"));

    private static void Fill(JsonObject container, string kind, JsonObject limit, List<string> notes)
    {
        var resources = container.Ensure("resources");
        foreach (var (list, defaults) in new[] { ("requests", "defaultRequest"), ("limits", "default") })
        {
            var set = new List<string>();
            foreach (var (name, amount) in limit.Object(defaults) ?? [])
            {
                if (!resources.Ensure(list).ContainsKey(name))
                {
                    resources.Ensure(list)[name] = amount?.DeepClone();
                    set.Add(name);
                }
            }

            if (set.Count > 0)
            {
                set.Sort(StringComparer.Ordinal);
                notes.Add($"{string.Join(", ", set)} {list[..^1]} for {kind}container {container.Text("name")}");
            }
        }
    }
}
