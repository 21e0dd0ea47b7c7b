using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds.CustomResourceDefinitions;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;
using Orchestrator.Controllers.Objects;
using Orchestrator.Controllers.Plans;

namespace Orchestrator.Controllers.CustomResourceDefinitions;

/// <summary>Accepts the names of definitions and establishes them: from then on their objects are served.</summary>
/// <remarks>Upstream: apiextensions-apiserver/pkg/controller (status, establish, apiapproval), parts of the API server itself. There two controllers write one
/// after the other, so that servers know the names before they serve them; here every request resolves its kind from the change log.</remarks>
internal sealed class DefinitionStatus : IReconciler
{
    private const string Server = "kube-apiserver";

    public string Name => "crd-status-controller";

    public IReadOnlyList<GroupResource> Watches { get; } = [CustomDefinition.Resource];

    public IEnumerable<ObjectKey> KeysFor(StoredObject? before, StoredObject after, bool removed, IClusterView view) => removed
        // Names have become free: others of the group may have waited for them.
        ? view.List(CustomDefinition.Resource).Where(stored => IsOfGroup(stored, GroupOf(after))).Select(stored => stored.Key)
        : [after.Key];

    public IEnumerable<ObjectKey> AllKeys(IClusterView view) => view.List(CustomDefinition.Resource).Select(stored => stored.Key);

    public Plan Reconcile(ObjectKey key, IClusterView view, DateTimeOffset now)
    {
        if (view.Get(key) is not { } stored)
        {
            return Plan.Nothing;
        }

        var definition = CustomDefinition.Read(stored);
        var group = view.List(CustomDefinition.Resource).Where(other => IsOfGroup(other, definition.Group)).Select(CustomDefinition.Read).ToList();
        var acceptance = NameAcceptance.Of(definition, group);
        var document = Typed.Document(stored);
        var status = document["status"] as JsonObject ?? [];
        var conditions = new DefinitionConditions(status["conditions"] as JsonArray, now);
        conditions.Set("NamesAccepted", acceptance.IsAccepted ? "True" : "False",
            acceptance.IsAccepted ? "NoConflicts" : acceptance.Reason, acceptance.IsAccepted ? "no conflicts found" : acceptance.Message);
        if (acceptance.IsAccepted)
        {
            conditions.SetUnless("True", "Established", "True", "InitialNamesAccepted", "the initial names have been accepted");
        }
        else
        {
            conditions.SetUnless("True", "Established", "False", "NotAccepted", "not all names are accepted");
        }

        if (ApiApproval.IsProtected(definition.Group))
        {
            var approval = ApiApproval.Of(document["metadata"]?["annotations"] as JsonObject);
            conditions.Set("KubernetesAPIApprovalPolicyConformant", approval.IsApproved ? "True" : "False", approval.ConditionReason, approval.Message);
        }

        var desired = new JsonObject { ["acceptedNames"] = Document(acceptance.Names), ["conditions"] = conditions.Document };
        var patch = MergePatches.Status(status, desired, ["acceptedNames", "conditions"]);
        return patch is null
            ? Plan.Nothing
            : new Plan { Writes = [new PlannedWrite.Patch(key, patch, "status", stored.Revision.ToString()) { FieldManager = Server }] };
    }

    private static JsonObject Document(CustomNames names)
    {
        var document = new JsonObject { ["plural"] = names.Plural };
        Add("singular", names.Singular);
        AddAll("shortNames", names.ShortNames);
        document["kind"] = names.Kind;
        Add("listKind", names.ListKind);
        AddAll("categories", names.Categories);
        return document;

        void Add(string field, string name)
        {
            if (name.Length > 0)
            {
                document[field] = name;
            }
        }

        void AddAll(string field, IReadOnlyList<string> list)
        {
            if (list.Count > 0)
            {
                document[field] = new JsonArray([.. list.Select(name => JsonValue.Create(name))]);
            }
        }
    }

    private static bool IsOfGroup(StoredObject stored, string group) => GroupOf(stored) == group;

    // A definition's name is its plural and its group.
    private static string GroupOf(StoredObject stored) => stored.Key.Name[(stored.Key.Name.IndexOf('.', StringComparison.Ordinal) + 1)..];
}
