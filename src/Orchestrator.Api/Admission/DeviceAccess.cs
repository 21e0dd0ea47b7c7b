using System.Text.Json.Nodes;
using Orchestrator.Api.Authorization;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds.DynamicResources;
using Orchestrator.Api.Machinery;
using JsonReading = Orchestrator.Api.Kinds.JsonReading;

namespace Orchestrator.Api.Admission;

// Inside the namespace, so that the readers of kinds win over those of the same names beside documents.
using static Orchestrator.Api.Kinds.JsonReading;

/// <summary>Who may have devices for administration, and who may say what of an allocated claim; and when a device was tainted.</summary>
/// <remarks>Upstream: pkg/registry/resource/utils.go, called by the strategies of claims and templates; the features DRAAdminAccess and
/// DRAResourceClaimGranularStatusAuthorization, which are on in 1.36. Here in the object's grain, so that no writer goes around it; who writes from
/// inside the cluster, in no group, may.</remarks>
internal sealed class DeviceAccess : IAdmissionPlugin
{
    private const string Group = "resource.k8s.io";
    private const string AdminLabel = "resource.kubernetes.io/admin-access";
    private const string NodeNameExtra = "authentication.kubernetes.io/node-name";

    /// <inheritdoc />
    public string Name => nameof(DeviceAccess);

    /// <inheritdoc />
    public ApiStatus? Admit(AdmissionAttributes attributes)
    {
        if (attributes is { Kind: { Group: Group, Resource: "resourceslices" }, Object: { } slice })
        {
            foreach (var taint in slice.Object("spec").Items("devices").SelectMany(device => device.Items("taints")))
            {
                taint.DefaultText("timeAdded", ObjectFields.Time(attributes.At.Now));
            }
        }

        return null;
    }

    /// <inheritdoc />
    public ApiStatus? Validate(AdmissionAttributes attributes)
    {
        if (attributes is not { Kind: { Group: Group, Resource: "resourceclaims" or "resourceclaimtemplates" }, Object: { } obj })
        {
            return null;
        }

        var faults = new List<FieldError>();
        if (attributes.Operation == AdmissionOperation.Create)
        {
            var spec = attributes.Kind.Resource == "resourceclaims" ? obj.Object("spec") : obj.Object("spec").Object("spec");
            var asked = spec.Object("devices").Items("requests").ToList().FindIndex(request => request.Object("exactly").Flag("adminAccess"));
            CheckNamespace(attributes, asked < 0 ? null : $"spec.devices.requests[{asked}].adminAccess", faults);
        }
        else if (attributes is { Operation: AdmissionOperation.Update, Subresource: "status", OldObject: { } old })
        {
            ValidateStatus(attributes, obj.Object("status"), old.Object("status"), faults);
        }

        return faults.Count == 0 ? null : Statuses.Invalid(Group, attributes.Kind.Kind, attributes.Key.Name, faults);
    }

    private static void ValidateStatus(AdmissionAttributes attributes, JsonObject? status, JsonObject? before, List<FieldError> faults)
    {
        var granted = IndexOfAdmin(status);
        CheckNamespace(attributes, granted < 0 || IndexOfAdmin(before) >= 0 ? null : $"status.allocation.devices.results[{granted}].adminAccess", faults);
        if (attributes.Options.Groups.Count == 0)
        {
            return;
        }

        var verb = attributes.UpdateVerb;
        if ((!JsonReading.Same(status?["allocation"], before?["allocation"]) || !JsonReading.Same(status?["reservedFor"], before?["reservedFor"]))
            && !Allows(attributes, verb, "binding", ns: "", name: ""))
        {
            faults.Add(FieldError.Forbidden("status", "changing status.allocation or status.reservedFor requires resource=\"resourceclaims/binding\", "
                + $"verb=\"{verb}\" permission: {Refusal(attributes, verb, "binding", "", "")}"));
        }

        string[] verbs = IsOnNodeOf(attributes, status) ? ["associated-node:" + verb, "arbitrary-node:" + verb] : ["arbitrary-node:" + verb];
        foreach (var driver in ChangedDrivers(status, before).Where(driver => !Array.Exists(verbs, one => Allows(attributes, one, "driver", attributes.Key.Namespace, driver))))
        {
            faults.Add(FieldError.Forbidden("status.devices", "changing status.devices requires resource=\"resourceclaims/driver\", "
                + $"verb=\"[{string.Join(' ', verbs)}]\" permission: {Refusal(attributes, verbs[0], "driver", attributes.Key.Namespace, driver)}"));
        }
    }

    private static void CheckNamespace(AdmissionAttributes attributes, string? path, List<FieldError> faults)
    {
        if (path is null)
        {
            return;
        }

        var ns = attributes.At.View.Get(new ObjectKey("", "namespaces", "", attributes.Key.Namespace));
        if (ns is null || DocumentEncoding.Decode(ns.Document).Object("metadata").Object("labels").Text(AdminLabel) != "true")
        {
            faults.Add(FieldError.Forbidden(path, $"admin access to devices requires the `{AdminLabel}: true` label on the containing namespace"));
        }
    }

    private static int IndexOfAdmin(JsonObject? status) =>
        status.Object("allocation").Object("devices").Items("results").ToList().FindIndex(result => result.Flag("adminAccess"));

    private static SortedSet<string> ChangedDrivers(JsonObject? status, JsonObject? before)
    {
        var known = before.Items("devices").GroupBy(DeviceId.Of).ToDictionary(same => same.Key, same => same.First());
        var drivers = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var device in status.Items("devices"))
        {
            if (!known.Remove(DeviceId.Of(device), out var was) || !JsonReading.Same(device, was))
            {
                drivers.Add(device.Text("driver"));
            }
        }

        drivers.UnionWith(known.Keys.Select(gone => gone.Driver));
        return drivers;
    }

    /// <summary>Whether the writer is a service account of a pod on the one node that the claim is allocated for.</summary>
    private static bool IsOnNodeOf(AdmissionAttributes attributes, JsonObject? status)
    {
        var terms = status.Object("allocation").Object("nodeSelector").Items("nodeSelectorTerms").ToList();
        return terms.Count == 1 && !terms[0].Items("matchExpressions").Any()
            && terms[0].Items("matchFields").ToList() is [var field] && field.Text("key") == "metadata.name" && field.Text("operator") == "In"
            && field.Texts("values").ToList() is [var node]
            && attributes.Options.User.StartsWith("system:serviceaccount:", StringComparison.Ordinal)
            && attributes.Options.UserExtra.TryGetValue(NodeNameExtra, out var names) && names is [var own] && own == node;
    }

    private static bool Allows(AdmissionAttributes attributes, string verb, string subresource, string ns, string name)
    {
        var (user, groups, view) = (attributes.Options.User, attributes.Options.Groups, attributes.At.View);
        return groups.Contains("system:masters") || ClusterRules.Of(view, user, groups, ns).Any(rule => rule.Allows(verb, Group, "resourceclaims", subresource, name));
    }

    private static string Refusal(AdmissionAttributes attributes, string verb, string subresource, string ns, string name)
    {
        var about = name.Length == 0 ? "" : $" {GoText.Quote(name)}";
        var scope = ns.Length == 0 ? "at the cluster scope" : $"in the namespace {GoText.Quote(ns)}";
        return $"resourceclaims.{Group}{about} is forbidden: User {GoText.Quote(attributes.Options.User)} cannot {verb} resource \"resourceclaims/{subresource}\" in API group \"{Group}\" {scope}";
    }
}
