using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Controllers.Objects;

namespace Orchestrator.Controllers.Deployments;

/// <summary>Pod templates: when two are the same, and the hash that names the replica set of one.</summary>
internal static class PodTemplates
{
    public const string HashLabel = "pod-template-hash";

    /// <summary>The template's text without the hash label: equal for equal templates.</summary>
    public static string Identity(JsonNode template)
    {
        var copy = template.DeepClone();
        if (copy["metadata"]?["labels"] is JsonObject labels)
        {
            labels.Remove(HashLabel);
        }

        return CanonicalJson.Text(copy);
    }

    /// <summary>The hash of a template; a collision count gives the same template another.</summary>
    public static string Hash(string identity, int? collisionCount) => NameHash.Encode(NameHash.Fnv32(identity, collisionCount));

    /// <summary>The replica set of the deployment's present template, without replicas and annotations.</summary>
    public static JsonObject ReplicaSet(Typed<V1Deployment> deployment, JsonObject document, string hash)
    {
        var template = document["spec"]!["template"]!.DeepClone().AsObject();
        var metadata = Child(template, "metadata");
        var labels = Child(metadata, "labels");
        labels[HashLabel] = hash;

        var selector = document["spec"]!["selector"]!.DeepClone().AsObject();
        var matchLabels = selector["matchLabels"]?.DeepClone().AsObject() ?? [];
        matchLabels[HashLabel] = hash;
        selector["matchLabels"] = matchLabels;

        return new JsonObject
        {
            ["apiVersion"] = "apps/v1",
            ["kind"] = "ReplicaSet",
            ["metadata"] = new JsonObject
            {
                ["name"] = deployment.Name + "-" + hash,
                ["namespace"] = deployment.Key.Namespace,
                ["labels"] = labels.DeepClone(),
                ["ownerReferences"] = new JsonArray(Ownership.Reference(Kinds.Deployment, deployment.Name, deployment.Uid)),
            },
            ["spec"] = new JsonObject { ["selector"] = selector, ["template"] = template },
        };
    }

    private static JsonObject Child(JsonObject parent, string name)
    {
        if (parent[name] is JsonObject child)
        {
            return child;
        }

        var created = new JsonObject();
        parent[name] = created;
        return created;
    }
}
