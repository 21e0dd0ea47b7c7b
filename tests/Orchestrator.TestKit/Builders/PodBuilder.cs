using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.TestKit.Builders;

/// <summary>Builds a pod as a document, field by field.</summary>
public sealed class PodBuilder
{
    private readonly JsonObject _pod;
    private readonly JsonObject _container = new() { ["name"] = "main", ["image"] = "busybox" };

    internal PodBuilder(string name, string ns)
    {
        _pod = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns, ["uid"] = "uid-" + name, ["creationTimestamp"] = "2026-01-01T00:00:00Z" },
            ["spec"] = new JsonObject { ["containers"] = new JsonArray(_container) },
        };
    }

    private JsonObject Metadata => _pod.Child("metadata");

    private JsonObject Spec => _pod.Child("spec");

    private JsonObject Status => _pod.Child("status");

    public PodBuilder Label(string key, string value) => With(() => Metadata.Child("labels")[key] = value);

    public PodBuilder Annotation(string key, string value) => With(() => Metadata.Child("annotations")[key] = value);

    public PodBuilder Uid(string uid) => With(() => Metadata["uid"] = uid);

    public PodBuilder Created(string time) => With(() => Metadata["creationTimestamp"] = time);

    public PodBuilder Deleting(string time = "2026-01-01T00:00:00Z") => With(() => Metadata["deletionTimestamp"] = time);

    public PodBuilder OwnedBy(string apiVersion, string kind, string name, string uid) => With(() => Metadata.Items("ownerReferences").Add(
        new JsonObject { ["apiVersion"] = apiVersion, ["kind"] = kind, ["name"] = name, ["uid"] = uid, ["controller"] = true }));

    public PodBuilder OnNode(string node) => With(() => Spec["nodeName"] = node);

    public PodBuilder Image(string image) => With(() => _container["image"] = image);

    public PodBuilder Requests(string? cpu = null, string? memory = null) => With(() =>
    {
        var requests = _container.Child("resources").Child("requests");
        if (cpu is not null)
        {
            requests["cpu"] = cpu;
        }

        if (memory is not null)
        {
            requests["memory"] = memory;
        }
    });

    public PodBuilder Request(string resource, string amount) =>
        With(() => _container.Child("resources").Child("requests")[resource] = amount);

    public PodBuilder Port(int port, string? name = null, int hostPort = 0, string protocol = "TCP") => With(() =>
    {
        var added = new JsonObject { ["containerPort"] = port, ["protocol"] = protocol };
        if (name is not null)
        {
            added["name"] = name;
        }

        if (hostPort != 0)
        {
            added["hostPort"] = hostPort;
        }

        _container.Items("ports").Add(added);
    });

    public PodBuilder Priority(int priority) => With(() => Spec["priority"] = priority);

    public PodBuilder NodeSelector(string key, string value) => With(() => Spec.Child("nodeSelector")[key] = value);

    public PodBuilder Tolerates(string json) => With(() => Spec.Items("tolerations").Add(JsonNode.Parse(json)));

    public PodBuilder Affinity(string json) => With(() => Spec["affinity"] = JsonNode.Parse(json));

    public PodBuilder Spread(string json) => With(() => Spec.Items("topologySpreadConstraints").Add(JsonNode.Parse(json)));

    public PodBuilder Phase(string phase) => With(() => Status["phase"] = phase);

    public PodBuilder Ip(string ip) => With(() =>
    {
        Status["podIP"] = ip;
        Status["podIPs"] = new JsonArray(new JsonObject { ["ip"] = ip });
    });

    public PodBuilder Ready(bool ready = true, string since = "2026-01-01T00:00:00Z") => With(() => Status.Items("conditions").Add(
        new JsonObject { ["type"] = "Ready", ["status"] = ready ? "True" : "False", ["lastTransitionTime"] = since }));

    /// <summary>Sets any field of the spec.</summary>
    public PodBuilder SpecField(string name, JsonNode value) => With(() => Spec[name] = value);

    /// <summary>Sets any field of the status.</summary>
    public PodBuilder StatusField(string name, JsonNode value) => With(() => Status[name] = value);

    /// <summary>The document.</summary>
    public JsonObject Build() => _pod.DeepClone().AsObject();

    /// <summary>The pod as stored.</summary>
    public StoredObject Stored(long revision = 1) => Documents.Stored(new GroupResource("", "pods"), _pod, revision);

    private PodBuilder With(Action change)
    {
        change();
        return this;
    }
}
