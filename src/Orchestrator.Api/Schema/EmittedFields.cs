using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Api.Schema;

/// <summary>The fields that Go's types write even when nobody set them, and the empty ones that they leave out.</summary>
/// <remarks>A struct or a time that is not behind a pointer is never empty for Go's encoder, and a list without omitempty is written as null.
/// Clients have come to rely on both: a condition without times still has them, an object of a kind with a status still has one.
/// Upstream: the json tags of staging/src/k8s.io/api; OpenAPI does not tell which fields these are.</remarks>
public static class EmittedFields
{
    private const string Struct = "{}";
    private const string Null = "null";
    private const string Zero = "0";
    private const string Empty = "\"\"";
    private const string False = "false";

    /// <summary>Required by the schema and left out all the same when they have no items.</summary>
    private static readonly FrozenSet<string> OmittedLists = new[] { "validationActions" }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, (string Name, string Value)[]> ByDefinition = new Dictionary<string, (string, string)[]>
    {
        ["io.k8s.apimachinery.pkg.apis.meta.v1.Condition"] = [("lastTransitionTime", Null), ("reason", Empty), ("message", Empty)],
        ["io.k8s.api.core.v1.PodCondition"] = [("lastProbeTime", Null), ("lastTransitionTime", Null)],
        ["io.k8s.api.core.v1.NodeCondition"] = [("lastHeartbeatTime", Null), ("lastTransitionTime", Null)],
        ["io.k8s.api.core.v1.PersistentVolumeClaimCondition"] = [("lastProbeTime", Null), ("lastTransitionTime", Null)],
        ["io.k8s.api.core.v1.NamespaceCondition"] = [("lastTransitionTime", Null)],
        ["io.k8s.api.core.v1.ReplicationControllerCondition"] = [("lastTransitionTime", Null)],
        ["io.k8s.api.core.v1.ContainerStateRunning"] = [("startedAt", Null)],
        ["io.k8s.api.core.v1.ContainerStateTerminated"] = [("exitCode", Zero), ("startedAt", Null), ("finishedAt", Null)],
        ["io.k8s.api.core.v1.ContainerStatus"] =
        [
            ("name", Empty), ("state", Struct), ("lastState", Struct), ("ready", False), ("restartCount", Zero), ("image", Empty), ("imageID", Empty),
        ],
        ["io.k8s.api.core.v1.Event"] =
        [
            ("involvedObject", Struct), ("source", Struct), ("firstTimestamp", Null), ("lastTimestamp", Null), ("eventTime", Null),
            ("reportingComponent", Empty), ("reportingInstance", Empty),
        ],
        ["io.k8s.api.events.v1.Event"] =
        [
            ("regarding", Struct), ("deprecatedSource", Struct), ("deprecatedFirstTimestamp", Null), ("deprecatedLastTimestamp", Null), ("eventTime", Null),
        ],
        ["io.k8s.api.core.v1.EventSeries"] = [("lastObservedTime", Null)],
        ["io.k8s.api.core.v1.PodTemplate"] = [("template", Struct)],
        ["io.k8s.api.core.v1.PodTemplateSpec"] = [("metadata", Struct), ("spec", Struct)],
        ["io.k8s.api.core.v1.ServiceStatus"] = [("loadBalancer", Struct)],
        ["io.k8s.api.apps.v1.DeploymentCondition"] = [("lastUpdateTime", Null), ("lastTransitionTime", Null)],
        ["io.k8s.api.apps.v1.ReplicaSetCondition"] = [("lastTransitionTime", Null)],
        ["io.k8s.api.apps.v1.StatefulSetCondition"] = [("lastTransitionTime", Null)],
        ["io.k8s.api.apps.v1.DaemonSetCondition"] = [("lastTransitionTime", Null)],
        ["io.k8s.api.apps.v1.ControllerRevision"] = [("revision", Zero)],
        ["io.k8s.api.batch.v1.JobCondition"] = [("lastProbeTime", Null), ("lastTransitionTime", Null)],
        ["io.k8s.api.batch.v1.JobTemplateSpec"] = [("metadata", Struct), ("spec", Struct)],
        ["io.k8s.api.authentication.v1.TokenRequestSpec"] = [("boundObjectRef", Null)],
        ["io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec"] = [("scaleTargetRef", Struct), ("maxReplicas", Zero)],
        ["io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerStatus"] = [("desiredReplicas", Zero), ("currentMetrics", Null)],
        ["io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerCondition"] = [("lastTransitionTime", Null)],
        ["io.k8s.api.certificates.v1.CertificateSigningRequestCondition"] = [("lastUpdateTime", Null), ("lastTransitionTime", Null)],
        ["io.k8s.api.discovery.v1.EndpointSlice"] = [("ports", Null)],
        ["io.k8s.api.discovery.v1.Endpoint"] = [("conditions", Struct)],
        ["io.k8s.api.flowcontrol.v1.FlowSchemaCondition"] = [("lastTransitionTime", Null)],
        ["io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationCondition"] = [("lastTransitionTime", Null)],
        ["io.k8s.api.networking.v1.IngressStatus"] = [("loadBalancer", Struct)],
        ["io.k8s.api.networking.v1.NetworkPolicySpec"] = [("podSelector", Struct)],
        ["io.k8s.api.rbac.v1.Role"] = [("rules", Null)],
        ["io.k8s.api.rbac.v1.ClusterRole"] = [("rules", Null)],
        ["io.k8s.api.resource.v1.ResourceClaimSpec"] = [("devices", Struct)],
        ["io.k8s.api.resource.v1.ResourceClaimTemplateSpec"] = [("metadata", Struct), ("spec", Struct)],
        ["io.k8s.api.storage.v1.VolumeAttachmentStatus"] = [("attached", False)],
        ["io.k8s.api.storage.v1.VolumeError"] = [("time", Null)],
        ["io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionStatus"] =
            [("conditions", Null), ("acceptedNames", Struct), ("storedVersions", Null)],
        ["io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionNames"] = [("plural", Empty), ("kind", Empty)],
        ["io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionCondition"] = [("lastTransitionTime", Null)],
        ["io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceSpec"] = [("groupPriorityMinimum", Zero), ("versionPriority", Zero)],
        ["io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceCondition"] = [("lastTransitionTime", Null)],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Adds the fields that are always written. Idempotent; free-form values and custom resources are left alone.</summary>
    public static void Complete(JsonObject obj, SchemaNode? schema)
    {
        if (schema is not { Definition.Length: > 0 })
        {
            return;
        }

        foreach (var part in (string[])["spec", "status"])
        {
            if (!obj.ContainsKey(part) && schema.Child(part) is { IsStruct: true, Definition.Length: > 0 })
            {
                obj[part] = new JsonObject();
            }
        }

        CompleteStruct(obj, schema);
    }

    /// <summary>Puts required lists without items in the form in which they come back from the store: as null.</summary>
    public static void Settle(JsonNode? node, SchemaNode? schema) => Walk(node, schema, static (obj, at) =>
    {
        foreach (var name in at.Required)
        {
            if (at.Child(name) is { Type: SchemaType.Array } && obj.TryGetPropertyValue(name, out var value) && value is JsonArray { Count: 0 })
            {
                obj[name] = null;
            }
        }
    });

    /// <summary>Leaves out the empty lists and maps that Go's encoder would leave out.</summary>
    public static void OmitEmpty(JsonNode? node, SchemaNode? schema) => Walk(node, schema, static (obj, at) =>
    {
        foreach (var (name, value) in obj.ToList())
        {
            var empty = value is JsonArray { Count: 0 } || (value is JsonObject { Count: 0 } && at.Child(name) is { Type: SchemaType.Object, IsStruct: false });
            if (empty && !at.Required.Contains(name))
            {
                obj.Remove(name);
            }
        }
    });

    private static void CompleteStruct(JsonObject root, SchemaNode schema) => Walk(root, schema, static (obj, at) =>
    {
        if (ByDefinition.TryGetValue(at.Definition, out var fields))
        {
            foreach (var (name, value) in fields)
            {
                if (!obj.TryGetPropertyValue(name, out var found) || (found is null && value != Null))
                {
                    obj[name] = JsonNode.Parse(value);
                }
            }
        }

        foreach (var name in at.Required)
        {
            if (!obj.ContainsKey(name) && !OmittedLists.Contains(name) && at.Child(name) is { Type: SchemaType.Array })
            {
                obj[name] = null;
            }
        }
    });

    /// <summary>Visits the structs of a document, the outer ones first.</summary>
    private static void Walk(JsonNode? node, SchemaNode? schema, Action<JsonObject, SchemaNode> visit)
    {
        if (schema is null || schema.Type == SchemaType.Any)
        {
            return;
        }

        switch (node)
        {
            case JsonObject obj when schema.IsStruct:
                visit(obj, schema);
                foreach (var (name, value) in obj)
                {
                    Walk(value, schema.Child(name), visit);
                }

                break;
            case JsonObject obj:
                foreach (var (_, value) in obj)
                {
                    Walk(value, schema.AdditionalProperties, visit);
                }

                break;
            case JsonArray items when schema.Items is { } item && items.Count > 0 && items[0]?.GetValueKind() is JsonValueKind.Object:
                foreach (var value in items)
                {
                    Walk(value, item, visit);
                }

                break;
        }
    }
}
