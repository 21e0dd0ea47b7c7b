using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds;

/// <summary>The strategy of an ordinary kind: status belongs to its subresource, names are DNS subdomains, deletion is immediate.</summary>
public abstract class KindStrategy : IKindStrategy
{
    /// <inheritdoc />
    public abstract GroupResource Resource { get; }

    /// <inheritdoc />
    public virtual bool AllowsUnconditionalUpdate => true;

    /// <inheritdoc />
    public virtual bool AllowsCreateOnUpdate => false;

    /// <inheritdoc />
    public virtual bool TracksGeneration => KindFacts.TracksGeneration(Resource);

    /// <inheritdoc />
    public virtual string DefaultPropagation => "Background";

    /// <inheritdoc />
    public virtual bool DemandsQualifiedFinalizers => true;

    /// <inheritdoc />
    public virtual string? ImmutableAsSent => null;

    /// <summary>True: status is written through the status subresource alone.</summary>
    protected virtual bool HasStatus => KindFacts.HasStatus(Resource);

    /// <inheritdoc />
    public virtual IEnumerable<string> NameErrors(string name, bool prefix) => ObjectNames.DnsSubdomainErrors(name, prefix);

    /// <inheritdoc />
    public virtual void Default(JsonObject obj)
    {
    }

    /// <inheritdoc />
    public virtual void PrepareForCreate(JsonObject obj, Surroundings at)
    {
        if (HasStatus)
        {
            obj.Remove("status");
        }
    }

    /// <inheritdoc />
    public virtual void PrepareForUpdate(JsonObject obj, JsonObject old, string subresource)
    {
        if (!HasStatus)
        {
            return;
        }

        if (subresource == "status")
        {
            RestoreAllBut("status", obj, old);
        }
        else
        {
            Restore("status", obj, old);
        }
    }

    /// <inheritdoc />
    public virtual IEnumerable<FieldError> Validate(JsonObject obj) => [];

    /// <inheritdoc />
    public virtual IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource) =>
        subresource == "status" ? [] : Validate(obj);

    /// <inheritdoc />
    public virtual IEnumerable<string> Warnings(JsonObject obj, JsonObject? old) => [];

    /// <inheritdoc />
    public virtual bool MarkForDeletion(JsonObject obj, Surroundings at) => false;

    /// <inheritdoc />
    public virtual IEnumerable<CompanionWrite> Released(ObjectKey key, JsonObject last, Surroundings at) => [];

    /// <inheritdoc />
    public virtual long? GracePeriod(JsonObject obj, DeleteOptions options) => null;

    /// <summary>Puts one top-level field back as it was.</summary>
    protected static void Restore(string field, JsonObject obj, JsonObject old)
    {
        if (old.TryGetPropertyValue(field, out var before))
        {
            obj[field] = before?.DeepClone();
        }
        else
        {
            obj.Remove(field);
        }
    }

    /// <summary>Puts every top-level field but one (and metadata) back as it was.</summary>
    protected static void RestoreAllBut(string field, JsonObject obj, JsonObject old)
    {
        foreach (var name in obj.Select(pair => pair.Key).Union(old.Select(pair => pair.Key)).ToList())
        {
            if (name != field && name is not ("metadata" or "kind" or "apiVersion"))
            {
                Restore(name, obj, old);
            }
        }
    }
}
