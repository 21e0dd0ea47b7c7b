using System.Text.Json.Nodes;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Quantities;
using JsonReading = Orchestrator.Api.Kinds.JsonReading;

namespace Orchestrator.Api.Admission.Quotas;

/// <summary>A quota as admission reads it: what its controller has written into its status counts, not its spec.</summary>
/// <remarks>Upstream: so that a quota limits only what has been counted once.</remarks>
internal sealed class QuotaDocument
{
    private readonly StoredObject stored;
    private readonly JsonObject document;

    /// <summary>Reads a stored quota.</summary>
    public QuotaDocument(StoredObject stored)
    {
        this.stored = stored;
        document = DocumentEncoding.Decode(stored.Document);
        var (spec, status) = (JsonReading.Object(document, "spec"), JsonReading.Object(document, "status"));
        Scopes = QuotaScope.Of(spec);
        Hard = ResourceAmounts.Read(JsonReading.Object(status, "hard"));
        Used = ResourceAmounts.Read(JsonReading.Object(status, "used"));
    }

    /// <summary>The quota's name.</summary>
    public string Name => stored.Key.Name;

    /// <summary>The conditions on what it counts.</summary>
    public IReadOnlyList<QuotaScope> Scopes { get; }

    /// <summary>The limits in force.</summary>
    public SortedDictionary<string, Quantity> Hard { get; }

    /// <summary>What is used of them.</summary>
    public SortedDictionary<string, Quantity> Used { get; }

    /// <summary>The write by which the use becomes this, on the condition that the quota has not changed since.</summary>
    public CompanionWrite Charge(IEnumerable<KeyValuePair<string, Quantity>> used)
    {
        var charged = (JsonObject)document.DeepClone();
        charged.Metadata().Remove("resourceVersion");
        JsonReading.Ensure(charged, "status")["used"] = ResourceAmounts.Write(used);
        return new CompanionWrite(stored.Key, stored.Revision, DocumentEncoding.Encode(charged));
    }
}
