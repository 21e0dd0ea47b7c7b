using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Answers;
using Orchestrator.Gateway.Requests;
using Orchestrator.Store.Cache;

namespace Orchestrator.Gateway.Reads;

/// <summary>Encodes watch events for one watcher. Frames that look the same to many watchers are encoded once and kept with the change.</summary>
internal sealed class WatchFrames(ApiRequest request, TimeProvider clock)
{
    /// <summary>Tables name their columns in the first frame alone.</summary>
    private bool columnsSent;

    private readonly string form = $"{request.Kind.ApiVersion}/{request.Form.Shape}/";

    /// <summary>The frames in the form that a request asks for.</summary>
    public static WatchFrames For(ApiRequest request, TimeProvider clock) => new(request, clock);

    /// <summary>The frame of a change as this selection sees it, or null when it does not.</summary>
    public ReadOnlyMemory<byte>? Of(ChangeEvent change, Selection selection)
    {
        var now = change.Type != ChangeType.Deleted && selection.Matches(change.Object);
        var before = change.Previous is { } previous && selection.Matches(previous);
        return (now, before) switch
        {
            (true, true) => Shared(change, "MODIFIED"),
            (true, false) => Shared(change, "ADDED"),
            (false, true) when change.Type == ChangeType.Deleted => Shared(change, "DELETED"),
            (false, true) => Left(change),
            _ => null,
        };
    }

    /// <summary>An object of the state that a watch begins with.</summary>
    public ReadOnlyMemory<byte> Initial(CachedObject cached) => Frame("ADDED", Encode(cached.Stored.Document));

    /// <summary>A frame that says only how far the watcher has come.</summary>
    public ReadOnlyMemory<byte> Bookmark(Revision revision, bool endsInitialEvents)
    {
        var metadata = new JsonObject { ["resourceVersion"] = revision.ToString() };
        if (endsInitialEvents)
        {
            metadata["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
        }

        if (request.Form.Shape == MediaShape.Table)
        {
            return Frame("BOOKMARK", TableWriter.EncodeBookmark(request, metadata, NeedsColumns()));
        }

        var partial = request.Form.Shape == MediaShape.Partial;
        return Frame("BOOKMARK", AnswerWriter.Encode(new JsonObject
        {
            ["kind"] = partial ? "PartialObjectMetadata" : request.Kind.Kind,
            ["apiVersion"] = partial ? "meta.k8s.io/v1" : request.Kind.ApiVersion,
            ["metadata"] = metadata,
        }));
    }

    /// <summary>The frame that ends a watch which cannot go on.</summary>
    public static ReadOnlyMemory<byte> Error(ApiStatus status) => Frame("ERROR", AnswerWriter.Encode(status.ToJson()));

    /// <summary>The object as this watcher reads it.</summary>
    private ReadOnlyMemory<byte> Encode(ReadOnlyMemory<byte> stored) => Shape(VersionView.Of(request.Kind, stored));

    private ReadOnlyMemory<byte> Shape(ReadOnlyMemory<byte> document)
    {
        return request.Form.Shape switch
        {
            MediaShape.Table => TableWriter.Encode(request, document, clock.GetUtcNow(), NeedsColumns()),
            MediaShape.Partial => DocumentSlices.Partial(document),
            _ => document,
        };
    }

    /// <summary>The frame of a change that every watcher of this form reads alike.</summary>
    /// <remarks>Tables differ by the ages in them, so they are not shared.</remarks>
    private ReadOnlyMemory<byte> Shared(ChangeEvent change, string type) => request.Form.Shape == MediaShape.Table
        ? Frame(type, Encode(change.Object.Stored.Document))
        : change.Frames.GetOrAdd(form + type, static (_, state) => Frame(state.type, state.self.Encode(state.change.Object.Stored.Document)), (self: this, change, type));

    /// <summary>The object left the selection: its last selected state, at the revision at which it left.</summary>
    private ReadOnlyMemory<byte> Left(ChangeEvent change) => Frame("DELETED", Shape(AtRevision(VersionView.Of(request.Kind, change.Previous!.Stored.Document), change.Revision)));

    /// <summary>One line of the stream.</summary>
    private static ReadOnlyMemory<byte> Frame(string type, ReadOnlyMemory<byte> encoded)
    {
        ReadOnlySpan<byte> head = [.. "{\"type\":\""u8, .. System.Text.Encoding.ASCII.GetBytes(type), .. "\",\"object\":"u8];
        var frame = new byte[head.Length + encoded.Length + 2];
        head.CopyTo(frame);
        encoded.Span.CopyTo(frame.AsSpan(head.Length));
        frame[^2] = (byte)'}';
        frame[^1] = (byte)'\n';
        return frame;
    }

    private bool NeedsColumns()
    {
        var needed = !columnsSent;
        columnsSent = true;
        return needed;
    }

    private static byte[] AtRevision(ReadOnlyMemory<byte> document, Revision revision)
    {
        var node = JsonNode.Parse(document.Span)!.AsObject();
        node["metadata"]!["resourceVersion"] = revision.ToString();
        return AnswerWriter.Encode(node);
    }
}
