using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Admission.PodSecurity;

/// <summary>Holds pods to the Pod Security Standard that their namespace names, and warns of workloads whose pods would be refused.</summary>
/// <remarks>Upstream: pod-security-admission/admission/admission.go, without exemptions, privileged where a namespace says nothing.</remarks>
internal sealed class PodSecurityAdmission : IAdmissionPlugin
{
    /// <summary>How many pods are looked at when a namespace becomes stricter; the warning says so when there are more. Upstream's bound.</summary>
    internal const int MaxPodsToCheck = 3000;

    private static readonly GroupResource Pods = new("", "pods");
    private static readonly GroupResource Namespaces = new("", "namespaces");

    /// <inheritdoc />
    public string Name => "PodSecurity";

    /// <inheritdoc />
    public ApiStatus? Validate(AdmissionAttributes attributes)
    {
        if (attributes.Operation == AdmissionOperation.Delete || attributes.Object is not { } obj)
        {
            return null;
        }

        var resource = attributes.Kind.StorageResource;
        if (resource == Namespaces)
        {
            return attributes.Subresource.Length == 0 ? OfNamespace(attributes, obj) : null;
        }

        if (resource == Pods)
        {
            return IsSignificant(attributes, obj) ? OfPod(attributes, new PodUnderCheck(obj.Object("metadata"), obj.Object("spec") ?? [])) : null;
        }

        if (attributes.Subresource.Length == 0 && TemplateOf(resource, obj) is { } template && template.Object("spec") is { } spec)
        {
            Warn(attributes, Policy(attributes).Warn, new PodUnderCheck(template.Object("metadata"), spec));
        }

        return null;
    }

    private static ApiStatus? OfPod(AdmissionAttributes attributes, PodUnderCheck pod)
    {
        var policy = Policy(attributes);
        if (SecurityChecks.Violations(policy.Enforce, pod) is { Count: > 0 } violations)
        {
            return attributes.Forbid($"violates PodSecurity {GoText.Quote(policy.Enforce.ToString())}: {string.Join(", ", violations)}");
        }

        Warn(attributes, policy.Warn, pod);
        return null;
    }

    private static void Warn(AdmissionAttributes attributes, LevelVersion level, PodUnderCheck pod)
    {
        if (SecurityChecks.Violations(level, pod) is { Count: > 0 } violations)
        {
            attributes.Warnings.Add($"would violate PodSecurity {GoText.Quote(level.ToString())}: {string.Join(", ", violations)}");
        }
    }

    private static NamespacePolicy Policy(AdmissionAttributes attributes) =>
        NamespacePolicy.Of(attributes.At.View.Read("", "namespaces", "", attributes.Key.Namespace));

    private static ApiStatus? OfNamespace(AdmissionAttributes attributes, JsonObject ns)
    {
        var policy = NamespacePolicy.Of(ns);
        var before = attributes.OldObject is { } old ? NamespacePolicy.Of(old) : null;

        // Labels that could not be read before may stay: the namespace must remain changeable.
        if (policy.Faults.Count > 0 && (before is null || !policy.Faults.Select(fault => fault.ToString()).SequenceEqual(before.Faults.Select(fault => fault.ToString()))))
        {
            return Statuses.Invalid("", "Namespace", attributes.Key.Name, [.. policy.Faults]);
        }

        var isStricter = before is not null && policy.Enforce != before.Enforce && policy.Enforce.Level != SecurityLevel.Privileged
            && !(policy.Enforce.Minor == before.Enforce.Minor && policy.Enforce.Level <= before.Enforce.Level);
        if (isStricter)
        {
            foreach (var warning in OfPodsIn(attributes, policy.Enforce))
            {
                attributes.Warnings.Add(warning);
            }
        }

        return null;
    }

    private static IEnumerable<string> OfPodsIn(AdmissionAttributes attributes, LevelVersion enforce)
    {
        var pods = Prioritize(attributes.At.View.List(Pods, attributes.Key.Name).Select(stored => stored.ToJson()));
        var violators = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var pod in pods.Take(MaxPodsToCheck))
        {
            var violations = SecurityChecks.Violations(enforce, new PodUnderCheck(pod.Object("metadata"), pod.Object("spec") ?? []));
            if (violations.Count > 0)
            {
                var reason = string.Join(", ", violations.Select(violation => violation.Reason));
                if (!violators.TryGetValue(reason, out var names))
                {
                    violators.Add(reason, names = []);
                }

                names.Add(pod.Object("metadata").Text("name"));
            }
        }

        if (pods.Count > MaxPodsToCheck)
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"new PodSecurity enforce level only checked against the first {MaxPodsToCheck} of {pods.Count} existing pods");
        }

        if (violators.Count == 0)
        {
            yield break;
        }

        yield return $"existing pods in namespace {GoText.Quote(attributes.Key.Name)} violate the new PodSecurity enforce level {GoText.Quote(enforce.ToString())}";
        foreach (var line in violators.Select(entry => $"{Names(entry.Value)}: {entry.Key}").Order(StringComparer.Ordinal))
        {
            yield return line;
        }
    }

    /// <summary>One pod of each owner first: pods of one owner are alike, and not all may be looked at.</summary>
    private static List<JsonObject?> Prioritize(IEnumerable<JsonObject?> pods)
    {
        var owners = new HashSet<string>(StringComparer.Ordinal);
        return [.. pods.OrderBy(pod => pod.Object("metadata").Items("ownerReferences").FirstOrDefault(owner => owner.Flag("controller")) is { } owner
            && !owners.Add(owner.Text("uid")))];
    }

    private static string Names(List<string> pods) => pods.Min(StringComparer.Ordinal) + pods.Count switch
    {
        1 => "",
        2 => " (and 1 other pod)",
        var count => string.Create(CultureInfo.InvariantCulture, $" (and {count - 1} other pods)"),
    };

    /// <summary>Of a change only what the standards look at counts: a pod that was there before a label must remain changeable.</summary>
    private static bool IsSignificant(AdmissionAttributes attributes, JsonObject pod)
    {
        if (attributes.Subresource is "status" or "binding" or "eviction" or "exec" or "attach" or "log" or "portforward" or "proxy")
        {
            return false;
        }

        if (attributes.OldObject is not { } old)
        {
            return true;
        }

        var (now, before) = (pod.Object("spec"), old.Object("spec"));
        return !Images(now, "containers").SequenceEqual(Images(before, "containers"))
            || !Images(now, "initContainers").SequenceEqual(Images(before, "initContainers"))
            || Images(now, "ephemeralContainers").Except(Images(before, "ephemeralContainers")).Any()
            || !SeccompNotes(pod).SequenceEqual(SeccompNotes(old));
    }

    private static IEnumerable<(string, string)> Images(JsonObject? spec, string list) => spec.Items(list).Select(container => (container.Text("name"), container.Text("image")));

    private static IEnumerable<KeyValuePair<string, string>> SeccompNotes(JsonObject pod) => pod.Object("metadata").Map("annotations")
        .Where(note => note.Key.Contains("seccomp.security.alpha.kubernetes.io/", StringComparison.Ordinal)).OrderBy(note => note.Key, StringComparer.Ordinal);

    /// <summary>The template of the pods that a workload makes.</summary>
    private static JsonObject? TemplateOf(GroupResource resource, JsonObject obj) => resource switch
    {
        { Group: "", Resource: "podtemplates" } => obj.Object("template"),
        { Group: "", Resource: "replicationcontrollers" } => obj.Object("spec").Object("template"),
        { Group: "apps", Resource: "replicasets" or "deployments" or "statefulsets" or "daemonsets" } => obj.Object("spec").Object("template"),
        { Group: "batch", Resource: "jobs" } => obj.Object("spec").Object("template"),
        { Group: "batch", Resource: "cronjobs" } => obj.Object("spec").Object("jobTemplate").Object("spec").Object("template"),
        _ => null,
    };
}
