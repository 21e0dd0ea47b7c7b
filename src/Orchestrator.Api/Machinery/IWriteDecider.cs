using System.Text.Json.Nodes;
using Orchestrator.Api.Admission.Webhooks;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Views;

namespace Orchestrator.Api.Machinery;

/// <summary>Decides what a write comes to: decoding, defaults, admission, the kind's strategy, validation, field ownership. Pure.</summary>
/// <remarks>The one write path: kubectl, controllers and the C# client all end here, inside the object's grain.</remarks>
public interface IWriteDecider
{
    /// <summary>Creates the object from a JSON document. The name is already chosen (generateName is resolved by the caller from the key).</summary>
    WriteDecision Create(ObjectKey key, ReadOnlyMemory<byte> body, WriteOptions options, Surroundings at);

    /// <summary>Replaces the object, or the subresource that the options name.</summary>
    WriteDecision Update(StoredObject current, ReadOnlyMemory<byte> body, WriteOptions options, Surroundings at);

    /// <summary>Answers a replacement of an object that does not exist: some kinds are created by it, all others are not found.</summary>
    WriteDecision UpdateMissing(ObjectKey key, ReadOnlyMemory<byte> body, WriteOptions options, Surroundings at);

    /// <summary>Patches the object or its subresource; with <see cref="PatchFormat.Apply"/> and no current object it is created.</summary>
    WriteDecision Patch(ObjectKey key, StoredObject? current, PatchFormat format, ReadOnlyMemory<byte> patch, WriteOptions options, Surroundings at);

    /// <summary>Deletes the object, at once or gracefully; finalizers and propagation decide.</summary>
    WriteDecision Delete(StoredObject current, DeleteOptions delete, WriteOptions options, Surroundings at);

    /// <summary>Lets webhooks and policies judge a stream to an object; nothing is written.</summary>
    /// <param name="key">The object.</param>
    /// <param name="connection">What the stream is to be like, as in PodExecOptions; changed in place.</param>
    /// <param name="options">Who asks, and for which subresource.</param>
    /// <param name="at">The time and the cluster.</param>
    /// <returns><see cref="WriteDecision.Unchanged"/> when the stream may be opened, Ask or Reject.</returns>
    WriteDecision Connect(ObjectKey key, JsonObject connection, WriteOptions options, Surroundings at);
}

/// <summary>What a decision may depend on besides its arguments: the time, fresh identities and the rest of the cluster.</summary>
/// <param name="Now">The time.</param>
/// <param name="NewUid">A fresh uid for an object that is created, and for what else the decision must name.</param>
/// <param name="View">The cluster.</param>
public sealed record Surroundings(DateTimeOffset Now, Func<Guid> NewUid, IClusterView View)
{
    /// <summary>What webhooks have answered so far.</summary>
    public WebhookAnswers Answers { get; init; } = WebhookAnswers.None;
}
