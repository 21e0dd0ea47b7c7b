using System.Text.Json.Nodes;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Machinery;

public sealed partial class WriteDecider
{
    private static readonly GroupVersionKind Binding = new("", "v1", "Binding");

    /// <summary>Binds a pod to a node: the one way in which spec.nodeName is set.</summary>
    /// <remarks>Upstream: pkg/registry/core/pod/storage (BindingREST).</remarks>
    private WriteDecision Bind(Request request, StoredObject current, ReadOnlySpan<byte> body)
    {
        var decoded = ObjectDecoder.Decode(body, Binding, OpenApiSchemas.For(Binding) ?? SchemaNode.Any, request.Options.FieldValidation);
        if (decoded.Object is not { } binding)
        {
            return request.Reject(decoded.Failure!);
        }

        if (MatchKey(binding.Metadata(), request.Key) is { } mismatch)
        {
            return request.Reject(mismatch);
        }

        if (AdmitSubresource(request, binding) is { } stopped)
        {
            return stopped;
        }

        var target = binding["target"] as JsonObject;
        if (BindingFaults(target).ToList() is { Count: > 0 } faults)
        {
            return request.Reject(Statuses.Invalid("", Binding.Kind, request.Key.Name, faults));
        }

        var pod = DocumentEncoding.Decode(current.Document);
        if (BindingConflict(binding.Metadata(), pod) is { } conflict)
        {
            return request.Reject(Statuses.Conflict(new GroupResource("", "pods/binding"), request.Key.Name, conflict));
        }

        Assign(pod, binding, target.Text("name"), request.At.Now);
        EmittedFields.Complete(pod, StorageSchema(request.Kind));
        return new WriteDecision.Put(Encode(request, pod)) { Warnings = request.Warnings };
    }

    private static IEnumerable<FieldError> BindingFaults(JsonObject? target)
    {
        if (target.Text("kind") is not ("" or "Node"))
        {
            yield return FieldError.NotSupported("target.kind", target.Text("kind"), "Node", "<empty>");
        }

        if (target.Text("name").Length == 0)
        {
            yield return FieldError.Required("target.name");
        }
    }

    private static string? BindingConflict(JsonObject binding, JsonObject pod)
    {
        var metadata = pod.Metadata();
        var spec = pod["spec"] as JsonObject;
        var name = metadata.Text("name");
        if (binding.Text("uid") is { Length: > 0 } uid && uid != metadata.Text("uid"))
        {
            return $"Precondition failed: UID in precondition: {uid}, UID in object meta: {metadata.Text("uid")}";
        }

        if (metadata.Text("deletionTimestamp").Length > 0)
        {
            return $"pod {name} is being deleted, cannot be assigned to a host";
        }

        if (spec.Text("nodeName") is { Length: > 0 } node)
        {
            return $"pod {name} is already assigned to node {GoText.Quote(node)}";
        }

        return spec?["schedulingGates"] is JsonArray { Count: > 0 } ? $"pod {name} has non-empty .spec.schedulingGates" : null;
    }

    private static void Assign(JsonObject pod, JsonObject binding, string node, DateTimeOffset now)
    {
        var metadata = pod.Metadata();
        metadata.Remove("resourceVersion");
        pod["spec"]!["nodeName"] = node;
        foreach (var map in (string[])["annotations", "labels"])
        {
            foreach (var (key, value) in binding.Metadata()[map] as JsonObject ?? [])
            {
                if (metadata[map] is not JsonObject own)
                {
                    metadata[map] = own = [];
                }

                own[key] = value?.DeepClone();
            }
        }

        SetScheduled(pod, now);
    }

    private static void SetScheduled(JsonObject pod, DateTimeOffset now)
    {
        if (pod["status"] is not JsonObject status)
        {
            status = [];
            pod["status"] = status;
        }

        if (status["conditions"] is not JsonArray conditions)
        {
            conditions = [];
            status["conditions"] = conditions;
        }

        foreach (var earlier in conditions.OfType<JsonObject>().Where(condition => condition.Text("type") == "PodScheduled").ToList())
        {
            conditions.Remove(earlier);
        }

        conditions.Add(new JsonObject { ["type"] = "PodScheduled", ["status"] = "True", ["lastTransitionTime"] = ObjectFields.Time(now) });
    }
}
