using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Registry;
using Orchestrator.Gateway.Answers;
using Orchestrator.Gateway.Hosting;

namespace Orchestrator.Gateway.Reads;

/// <summary>Shows a stored document in the version that a request asks for. Most kinds are stored as they are read: then the bytes pass through.</summary>
internal static class VersionView
{
    // What a document looks like in each version that was asked for lives as long as the document: lists and watches show it again and again.
    private static readonly ConditionalWeakTable<byte[], CustomViews> Views = [];

    /// <summary>A webhook that does not answer in this time has failed. Upstream: thirty seconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The document in the kind's version.</summary>
    public static ReadOnlyMemory<byte> Of(ResourceKind kind, ReadOnlyMemory<byte> document)
    {
        if (kind.Custom is { } custom)
        {
            return Of(custom, document);
        }

        if (!VersionConversion.IsNeeded(kind))
        {
            return document;
        }

        var node = JsonNode.Parse(document.Span)!.AsObject();
        VersionConversion.FromStorage(node, kind);
        return AnswerWriter.Encode(node);
    }

    /// <summary>Has a webhook convert documents that nobody else can; then they can be asked for. One call converts all.</summary>
    /// <returns>Why not, or null.</returns>
    public static async ValueTask<ApiStatus?> PrepareAsync(
        GatewayServices gateway, ResourceKind kind, IEnumerable<ReadOnlyMemory<byte>> documents, CancellationToken cancellationToken)
    {
        if (kind.Custom is not { Definition.Conversion: not null } version)
        {
            return null;
        }

        var waiting = documents.Where(document => !IsPrepared(version, document)).ToList();
        if (waiting.Count == 0)
        {
            return null;
        }

        var own = waiting.Select(document => CustomDocuments.View(document, Own(version, document))).ToList();
        var outcome = await gateway.Converter.ConvertAsync(version.Definition, own, version.ApiVersion, Patience, cancellationToken);
        for (var index = 0; index < outcome.Documents.Count; index++)
        {
            if (Key(waiting[index]) is { } key)
            {
                Views.GetValue(key, static _ => new CustomViews()).Put(version, CustomDocuments.View(outcome.Documents[index], version));
            }
        }

        return outcome.Failure;
    }

    private static bool IsPrepared(CustomVersion version, ReadOnlyMemory<byte> document) =>
        !CustomDocuments.NeedsWebhook(version, CustomDocuments.ApiVersionOf(document.Span), version.ApiVersion)
        || (Key(document) is { } key && Views.TryGetValue(key, out var views) && views.Find(version) is not null);

    private static CustomVersion Own(CustomVersion version, ReadOnlyMemory<byte> document)
    {
        var apiVersion = CustomDocuments.ApiVersionOf(document.Span);
        return version.Definition.Version(apiVersion[(apiVersion.LastIndexOf('/') + 1)..]) ?? version;
    }

    private static byte[]? Key(ReadOnlyMemory<byte> document) =>
        MemoryMarshal.TryGetArray(document, out var segment) && segment.Count == segment.Array!.Length ? segment.Array : null;

    private static ReadOnlyMemory<byte> Of(CustomVersion version, ReadOnlyMemory<byte> document)
    {
        if (Key(document) is not { } key)
        {
            return CustomDocuments.View(document, version);
        }

        var views = Views.GetValue(key, static _ => new CustomViews());
        if (views.Find(version) is { } known)
        {
            return known;
        }

        var view = CustomDocuments.View(document, version);
        views.Put(version, view);
        return view;
    }

    /// <summary>One document in the versions of its definition. Only versions of the definition as it stands now are kept.</summary>
    private sealed class CustomViews
    {
        private readonly Lock gate = new();
        private volatile Viewed[] views = [];

        public ReadOnlyMemory<byte>? Find(CustomVersion version) => Array.Find(views, viewed => ReferenceEquals(viewed.Version, version))?.Document;

        public void Put(CustomVersion version, ReadOnlyMemory<byte> document)
        {
            lock (gate)
            {
                views =
                [
                    .. views.Where(viewed => ReferenceEquals(viewed.Version.Definition, version.Definition) && !ReferenceEquals(viewed.Version, version)),
                    new Viewed(version, document),
                ];
            }
        }
    }

    private sealed record Viewed(CustomVersion Version, ReadOnlyMemory<byte> Document);
}
