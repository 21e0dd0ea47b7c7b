using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Admission;

/// <summary>Applies a namespace's LimitRanges: gives containers their default requests and limits, and refuses pods and claims outside the range.</summary>
/// <remarks>Upstream: plugin/pkg/admission/limitranger. Pods are looked at when they are created and when they are resized.</remarks>
internal sealed class LimitRanger : IAdmissionPlugin
{
    private const string Annotation = "kubernetes.io/limit-ranger";
    private static readonly GroupResource LimitRanges = new("", "limitranges");
    private static readonly GroupResource Pods = new("", "pods");
    private static readonly GroupResource Claims = new("", "persistentvolumeclaims");

    /// <inheritdoc />
    public string Name => nameof(LimitRanger);

    /// <inheritdoc />
    public ApiStatus? Admit(AdmissionAttributes attributes)
    {
        if (!ConcernsPod(attributes) || IsGoing(attributes) || attributes.Object is not { } pod)
        {
            return null;
        }

        foreach (var range in Ranges(attributes))
        {
            Default(pod, range);
        }

        return null;
    }

    /// <inheritdoc />
    public ApiStatus? Validate(AdmissionAttributes attributes)
    {
        var isPod = ConcernsPod(attributes);
        if ((!isPod && !ConcernsClaim(attributes)) || IsGoing(attributes))
        {
            return null;
        }

        // The first range that complains decides; what it says twice it says once, as an aggregate error does upstream.
        foreach (var range in Ranges(attributes))
        {
            var complaints = new List<string>();
            foreach (var limit in range)
            {
                if (isPod)
                {
                    LimitChecks.CheckPod(attributes.Object!, limit, complaints);
                }
                else if (limit.Text("type") == "PersistentVolumeClaim")
                {
                    LimitChecks.CheckClaim(attributes.Object.Object("spec").Object("resources"), limit, complaints);
                }
            }

            if (complaints.Distinct(StringComparer.Ordinal).ToList() is { Count: > 0 } said)
            {
                return attributes.Forbid(said.Count == 1 ? said[0] : "[" + string.Join(", ", said) + "]");
            }
        }

        return null;
    }

    private static bool ConcernsPod(AdmissionAttributes attributes) =>
        attributes.CreatesPod() || (attributes is { Operation: AdmissionOperation.Update, Subresource: "resize" } && attributes.Kind.GroupResource == Pods);

    private static bool ConcernsClaim(AdmissionAttributes attributes) => attributes.Kind.GroupResource == Claims
        && attributes is { Operation: AdmissionOperation.Create or AdmissionOperation.Update, Subresource.Length: 0 };

    private static bool IsGoing(AdmissionAttributes attributes) => attributes.OldObject.Object("metadata").Has("deletionTimestamp");

    private static IEnumerable<List<JsonObject>> Ranges(AdmissionAttributes attributes) => attributes.At.View
        .List(LimitRanges, attributes.Key.Namespace)
        .OrderBy(range => range.Key.Name, StringComparer.Ordinal)
        .Select(range => range.ToJson().Object("spec").Items("limits").ToList());

    /// <summary>Fills in what containers do not say. Of several defaults of one range the last counts, and of several ranges the last one's note stays.</summary>
    private static void Default(JsonObject pod, List<JsonObject> range)
    {
        var defaults = new Dictionary<string, Dictionary<string, JsonNode?>>(StringComparer.Ordinal) { ["requests"] = new(StringComparer.Ordinal), ["limits"] = new(StringComparer.Ordinal) };
        foreach (var limit in range.Where(limit => limit.Text("type") == "Container"))
        {
            foreach (var (list, field) in new[] { ("requests", "defaultRequest"), ("limits", "default") })
            {
                foreach (var (name, amount) in limit.Object(field) ?? [])
                {
                    defaults[list][name] = amount;
                }
            }
        }

        var notes = new List<string>();
        var spec = pod.Object("spec");
        foreach (var (kind, list) in new[] { ("container", "containers"), ("init container", "initContainers") })
        {
            foreach (var container in spec.Items(list))
            {
                notes.AddRange(Fill(container, kind, defaults));
            }
        }

        if (notes.Count > 0)
        {
            pod.Ensure("metadata").Ensure("annotations")[Annotation] = "LimitRanger plugin set: " + string.Join("; ", notes);
        }
    }

    private static IEnumerable<string> Fill(JsonObject container, string kind, Dictionary<string, Dictionary<string, JsonNode?>> defaults)
    {
        foreach (var list in (string[])["requests", "limits"])
        {
            var missing = defaults[list].Keys.Where(name => container.Object("resources").Object(list)?.ContainsKey(name) != true)
                .Order(StringComparer.Ordinal).ToList();
            foreach (var name in missing)
            {
                container.Ensure("resources").Ensure(list)[name] = defaults[list][name]?.DeepClone();
            }

            if (missing.Count > 0)
            {
                yield return $"{string.Join(", ", missing)} {list[..^1]} for {kind} {container.Text("name")}";
            }
        }
    }
}
