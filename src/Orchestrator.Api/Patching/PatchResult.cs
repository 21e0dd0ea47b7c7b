using System.Text.Json.Nodes;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Patching;

/// <summary>What a patch made of a document, or why it could not be applied; exactly one of the two is meant.</summary>
/// <param name="Result">The patched document, a tree of its own; null with a failure.</param>
/// <param name="Failure">Why the patch was refused; null when it was applied.</param>
public sealed record PatchResult(JsonNode? Result, ApiStatus? Failure)
{
    internal static PatchResult Of(JsonNode? result) => new(result, null);

    internal static PatchResult Refused(ApiStatus failure) => new(null, failure);

    /// <summary>A patch that is well formed and does not fit the object.</summary>
    /// <remarks>Upstream answers with NewGenericServerResponse, whose detail never reaches the client.</remarks>
    internal static PatchResult DoesNotFit() =>
        Refused(new ApiStatus(422, "Invalid", "the server rejected our request due to an error in our request") { HasDetails = true });
}
