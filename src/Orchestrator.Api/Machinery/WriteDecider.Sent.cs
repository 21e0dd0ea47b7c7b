using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.Documents;

namespace Orchestrator.Api.Machinery;

/// <summary>The field of a kind whose bytes count, not its content: where each way of writing takes them from.</summary>
/// <remarks>Upstream: a POST or PUT hands the bytes of the request on. A JSON or merge patch is applied to the object as the encoder writes it, so an
/// untouched field comes out without whitespace; a strategic merge patch and server-side apply go through Go's maps, so names come out sorted.</remarks>
public sealed partial class WriteDecider
{
    private static void TakeSent(Request request, ReadOnlyMemory<byte> document)
    {
        if (request.Strategy.ImmutableAsSent is { } field)
        {
            request.Sent = SentBytes.Of(document, field);
        }
    }

    /// <summary>What a patch, a webhook or a policy leaves of the bytes.</summary>
    /// <param name="request">The request.</param>
    /// <param name="before">The bytes before.</param>
    /// <param name="obj">The object after.</param>
    /// <param name="sorts">True: the way leads through Go's maps.</param>
    private static void RewriteSent(Request request, ReadOnlyMemory<byte> before, JsonObject obj, bool sorts)
    {
        if (request.Strategy.ImmutableAsSent is not { } field)
        {
            return;
        }

        var isUntouched = !sorts && !before.IsEmpty && JsonNode.DeepEquals(JsonNode.Parse(before.Span), obj[field]);
        request.Sent = isUntouched ? SentBytes.Reencoded(before.Span)
            : obj[field] is { } value ? Encoding.UTF8.GetBytes(GoText.SortedJson(value))
            : default;
    }

    private static ReadOnlyMemory<byte> StoredBytes(Request request, StoredObject? current) =>
        request.Strategy.ImmutableAsSent is { } field && current is not null ? SentBytes.Of(current.Document, field) : default;

    private static IEnumerable<FieldError> SentFaults(Request request, StoredObject current, JsonObject obj)
    {
        if (request.Strategy.ImmutableAsSent is { } field && !request.Sent.Span.SequenceEqual(StoredBytes(request, current).Span))
        {
            yield return FieldError.Invalid(field, obj[field], "field is immutable");
        }
    }
}
