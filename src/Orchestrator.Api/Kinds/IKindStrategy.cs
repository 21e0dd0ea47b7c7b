using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds;

/// <summary>What one kind adds to the common write path: its defaults, what a caller may not touch, and its validation.</summary>
/// <remarks>Upstream: rest.RESTCreateStrategy, RESTUpdateStrategy and RESTDeleteStrategy. Most kinds derive from <see cref="KindStrategy"/>.</remarks>
public interface IKindStrategy
{
    /// <summary>The resource, as objects are stored.</summary>
    GroupResource Resource { get; }

    /// <summary>True: a PUT without resourceVersion replaces whatever is there.</summary>
    bool AllowsUnconditionalUpdate { get; }

    /// <summary>True: a PUT of an object that does not exist creates it.</summary>
    bool AllowsCreateOnUpdate { get; }

    /// <summary>True: metadata.generation counts the changes to everything but metadata and status.</summary>
    bool TracksGeneration { get; }

    /// <summary>What becomes of dependents when the caller does not say: Background, Foreground or Orphan.</summary>
    string DefaultPropagation { get; }

    /// <summary>True: a finalizer has a path in its name or is one of Kubernetes' own, as the kinds of the core demand.</summary>
    bool DemandsQualifiedFinalizers { get; }

    /// <summary>The field that may never change and whose bytes are kept as they were sent: they are what is compared. Null: the kind has none.</summary>
    string? ImmutableAsSent { get; }

    /// <summary>What is wrong with a name; with <paramref name="prefix"/> it is a generateName. Empty when nothing is.</summary>
    IEnumerable<string> NameErrors(string name, bool prefix);

    /// <summary>Fills in what the caller left out. Runs on every decoded document, so it must be idempotent.</summary>
    void Default(JsonObject obj);

    /// <summary>Clears what a creator may not set (status) and sets what the server gives.</summary>
    void PrepareForCreate(JsonObject obj, Surroundings at);

    /// <summary>Restores from <paramref name="old"/> what the caller of the subresource (empty: the object itself) may not touch.</summary>
    void PrepareForUpdate(JsonObject obj, JsonObject old, string subresource);

    /// <summary>The faults of a new object, metadata excepted.</summary>
    IEnumerable<FieldError> Validate(JsonObject obj);

    /// <summary>The faults of a change, metadata excepted. Calls <see cref="Validate"/> itself where upstream does.</summary>
    IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource);

    /// <summary>Non-fatal remarks for the writer.</summary>
    IEnumerable<string> Warnings(JsonObject obj, JsonObject? old);

    /// <summary>Marks an object that is asked to go for the first time, where the kind does so in its own way.</summary>
    /// <returns>True: the object is marked and stays as it is; false: it goes the common way.</returns>
    bool MarkForDeletion(JsonObject obj, Surroundings at);

    /// <summary>What an object that goes held for itself alone and gives back in the same commit.</summary>
    /// <param name="key">The object.</param>
    /// <param name="last">The object as it was stored last.</param>
    /// <param name="at">The time and the cluster.</param>
    IEnumerable<CompanionWrite> Released(ObjectKey key, JsonObject last, Surroundings at);

    /// <summary>Seconds between the request to delete and the removal; null: the kind has no graceful deletion.</summary>
    long? GracePeriod(JsonObject obj, DeleteOptions options);
}
