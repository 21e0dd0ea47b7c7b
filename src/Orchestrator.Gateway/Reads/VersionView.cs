using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Registry;
using Orchestrator.Gateway.Answers;

namespace Orchestrator.Gateway.Reads;

/// <summary>Shows a stored document in the version that a request asks for. Most kinds are stored as they are read: then the bytes pass through.</summary>
internal static class VersionView
{
    // What a document looks like in the version last asked for lives as long as the document: lists and watches show it again and again.
    private static readonly ConditionalWeakTable<byte[], CustomView> Views = [];

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

    private static ReadOnlyMemory<byte> Of(CustomVersion version, ReadOnlyMemory<byte> document)
    {
        if (!MemoryMarshal.TryGetArray(document, out var segment) || segment.Count != segment.Array!.Length)
        {
            return CustomDocuments.View(document, version);
        }

        var views = Views.GetValue(segment.Array, static _ => new CustomView());
        if (views.Last is { } last && ReferenceEquals(last.Version, version))
        {
            return last.Document;
        }

        var view = CustomDocuments.View(document, version);
        views.Last = new Viewed(version, view);
        return view;
    }

    private sealed class CustomView
    {
        public Viewed? Last { get; set; }
    }

    private sealed record Viewed(CustomVersion Version, ReadOnlyMemory<byte> Document);
}
