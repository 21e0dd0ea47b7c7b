using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Controllers.Plans;

namespace Orchestrator.Controllers.Objects;

/// <summary>Which objects a controller's object controls, and the writes by which it adopts orphans and releases strays.</summary>
/// <remarks>Upstream: controller_ref_manager.go. An adopted object counts at once; a released one no longer does.</remarks>
/// <param name="Owned">What it controls once the writes are applied.</param>
/// <param name="Writes">Adoptions and releases.</param>
internal sealed record Claims<T>(IReadOnlyList<Typed<T>> Owned, IReadOnlyList<PlannedWrite> Writes)
    where T : class, IKubernetesObject<V1ObjectMeta>;

/// <summary>Owner references: reading, claiming, writing.</summary>
internal static class Ownership
{
    public static V1OwnerReference? ControllerOf(V1ObjectMeta meta) => meta.OwnerReferences?.FirstOrDefault(reference => reference.Controller == true);

    public static bool IsControlledBy(V1ObjectMeta meta, string uid) => ControllerOf(meta)?.Uid == uid;

    public static JsonObject Reference(GroupVersionKind kind, string name, string uid) => new()
    {
        ["apiVersion"] = kind.ApiVersion,
        ["kind"] = kind.Kind,
        ["name"] = name,
        ["uid"] = uid,
        ["controller"] = true,
        ["blockOwnerDeletion"] = true,
    };

    /// <summary>Sorts the candidates into controlled, adoptable and stray.</summary>
    /// <param name="owner">The object that claims.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="selector">What it selects.</param>
    /// <param name="candidates">Objects of its namespace.</param>
    public static Claims<TClaimed> Claim<TOwner, TClaimed>(
        Typed<TOwner> owner, GroupVersionKind kind, V1LabelSelector? selector, IEnumerable<Typed<TClaimed>> candidates)
        where TOwner : class, IKubernetesObject<V1ObjectMeta>
        where TClaimed : class, IKubernetesObject<V1ObjectMeta>
    {
        var owned = new List<Typed<TClaimed>>();
        var writes = new List<PlannedWrite>();
        foreach (var candidate in candidates)
        {
            var controller = ControllerOf(candidate.Meta);
            var matches = selector.Matches(candidate.Meta.Labels);
            if (controller is not null && controller.Uid == owner.Uid && (matches || owner.IsDeleting))
            {
                if (matches)
                {
                    owned.Add(candidate);
                }
            }
            else if (controller is not null && controller.Uid == owner.Uid)
            {
                writes.Add(Released(candidate, owner.Uid));
            }
            else if (controller is null && matches && !owner.IsDeleting && !candidate.IsDeleting)
            {
                owned.Add(candidate);
                writes.Add(Adopted(candidate, Reference(kind, owner.Name, owner.Uid)));
            }
        }

        return new Claims<TClaimed>(owned, writes);
    }

    private static PlannedWrite.Patch Adopted<T>(Typed<T> claimed, JsonObject reference)
        where T : class, IKubernetesObject<V1ObjectMeta> =>
        References(claimed.Stored, claimed.Uid, [.. Existing(claimed.Stored), reference]);

    private static PlannedWrite.Patch Released<T>(Typed<T> claimed, string ownerUid)
        where T : class, IKubernetesObject<V1ObjectMeta> =>
        References(claimed.Stored, claimed.Uid, [.. Existing(claimed.Stored).Where(reference => (string?)reference?["uid"] != ownerUid)]);

    /// <summary>The owner references of an object, each free to be put into another document.</summary>
    public static IEnumerable<JsonNode?> Existing(StoredObject stored) =>
        (Typed.Document(stored)["metadata"]?["ownerReferences"] as JsonArray ?? []).Select(reference => reference?.DeepClone());

    /// <summary>The patch that replaces the owner references, on exactly the version that was read.</summary>
    public static PlannedWrite.Patch References(StoredObject stored, string uid, JsonNode?[] references) =>
        new(stored.Key,
            new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["uid"] = uid,
                    ["ownerReferences"] = references.Length == 0 ? null : new JsonArray(references),
                },
            },
            ResourceVersion: stored.Revision.ToString());
}
