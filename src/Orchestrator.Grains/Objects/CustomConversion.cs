using Orchestrator.Api.CustomResources;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Grains.Conversion;
using Orchestrator.Store.Kinds;

namespace Orchestrator.Grains.Objects;

/// <summary>Brings custom resources whose versions a webhook converts into the version of a request before it is decided, and into that of the store after.</summary>
/// <remarks>All others, built-in kinds and definitions without a webhook, pass through: the decider converts them itself, without I/O.</remarks>
internal sealed class CustomConversion(ServedKinds kinds, IEnumerable<IObjectConverter> converters)
{
    /// <summary>The definition's version that a request is in, where a webhook may be needed; null: pass.</summary>
    public CustomVersion? VersionOf(ObjectKey key, string version) =>
        key.Group.Contains('.', StringComparison.Ordinal) && kinds.Current.Find(key.GroupResource, version)?.Custom is { Definition.Conversion: not null } custom ? custom : null;

    /// <summary>The object as the decider is to see it.</summary>
    public async ValueTask<(StoredObject? Basis, ApiStatus? Failure)> ReadAsync(
        CustomVersion? version, StoredObject? stored, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (version is null || stored is null)
        {
            return (stored, null);
        }

        var apiVersion = CustomDocuments.ApiVersionOf(stored.Document.Span);
        if (!CustomDocuments.NeedsWebhook(version, apiVersion, version.ApiVersion))
        {
            return (stored, null);
        }

        var own = version.Definition.Version(apiVersion[(apiVersion.LastIndexOf('/') + 1)..]) ?? version;
        var (document, failure) = await ConvertAsync(version, CustomDocuments.View(stored.Document, own), version.ApiVersion, patience, cancellationToken);
        return failure is null ? (stored with { Document = document }, null) : (null, failure);
    }

    /// <summary>The decision with the document that is to be stored.</summary>
    public async ValueTask<WriteDecision> StoreAsync(
        CustomVersion? version, WriteDecision decision, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (version?.Definition.Storage is not { } storage || decision is not (WriteDecision.Put or WriteDecision.Remove))
        {
            return decision;
        }

        var written = decision is WriteDecision.Put put ? put.Document : ((WriteDecision.Remove)decision).Document;
        if (!CustomDocuments.NeedsWebhook(version, CustomDocuments.ApiVersionOf(written.Span), storage.ApiVersion))
        {
            return decision;
        }

        var (document, failure) = await ConvertAsync(version, written, storage.ApiVersion, patience, cancellationToken);
        return failure is not null ? new WriteDecision.Reject(failure)
            : decision is WriteDecision.Put given ? given with { Document = document }
            : new WriteDecision.Remove(document) { Warnings = decision.Warnings };
    }

    private async Task<(ReadOnlyMemory<byte> Document, ApiStatus? Failure)> ConvertAsync(
        CustomVersion version, ReadOnlyMemory<byte> document, string apiVersion, TimeSpan patience, CancellationToken cancellationToken)
    {
        var outcome = converters.LastOrDefault() is { } converter
            ? await converter.ConvertAsync(version.Definition, [document], apiVersion, patience, cancellationToken)
            : ConversionOutcome.Failed($"nothing here can call the conversion webhook of {version.Definition.Name}");
        return outcome.Failure is null ? (outcome.Documents[0], null) : (default, outcome.Failure);
    }
}
