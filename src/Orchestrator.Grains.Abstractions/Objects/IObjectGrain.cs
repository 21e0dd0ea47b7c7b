using Orleans.Concurrency;

namespace Orchestrator.Grains.Objects;

/// <summary>One API object. The grain serialises the writes to it and decides them; PostgreSQL alone holds the truth.</summary>
/// <remarks>The key is <see cref="Api.Identity.ObjectKey"/>'s text form.</remarks>
[Alias("orchestrator.object")]
public interface IObjectGrain : IGrainWithStringKey
{
    /// <summary>Creates the object from a JSON document.</summary>
    [Alias("create")]
    Task<WriteReply> CreateAsync(Immutable<byte[]> body, WriteCall call, CancellationToken cancellationToken);

    /// <summary>Replaces the object, or the subresource that the call names.</summary>
    [Alias("update")]
    Task<WriteReply> UpdateAsync(Immutable<byte[]> body, WriteCall call, CancellationToken cancellationToken);

    /// <summary>Patches the object or its subresource. The format is the number of <see cref="Api.Machinery.PatchFormat"/>.</summary>
    [Alias("patch")]
    Task<WriteReply> PatchAsync(int format, Immutable<byte[]> patch, WriteCall call, CancellationToken cancellationToken);

    /// <summary>Deletes the object; finalizers, grace and propagation decide when it goes.</summary>
    [Alias("delete")]
    Task<WriteReply> DeleteAsync(DeleteCall delete, WriteCall call, CancellationToken cancellationToken);

    /// <summary>The object as the grain has it; does not wait behind a write.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<ObjectReply?> GetAsync(CancellationToken cancellationToken);
}

/// <summary>The wire form of <see cref="Api.Machinery.WriteOptions"/>.</summary>
[GenerateSerializer, Immutable, Alias("orchestrator.write-call")]
public sealed record WriteCall
{
    /// <summary>The user's name.</summary>
    [Id(0)] public required string User { get; init; }

    /// <summary>The user's uid.</summary>
    [Id(1)] public string UserUid { get; init; } = "";

    /// <summary>The user's groups.</summary>
    [Id(2)] public string[] Groups { get; init; } = [];

    /// <summary>Decide everything, store nothing.</summary>
    [Id(3)] public bool DryRun { get; init; }

    /// <summary>Who owns the fields written.</summary>
    [Id(4)] public string FieldManager { get; init; } = "";

    /// <summary>Strict, Warn or Ignore.</summary>
    [Id(5)] public string FieldValidation { get; init; } = "Ignore";

    /// <summary>Take fields from other managers.</summary>
    [Id(6)] public bool Force { get; init; }

    /// <summary>The subresource written.</summary>
    [Id(7)] public string Subresource { get; init; } = "";

    /// <summary>The API version of the request.</summary>
    [Id(8)] public string Version { get; init; } = "";

    /// <summary>What led to the write.</summary>
    [Id(9)] public string Cause { get; init; } = "";

    /// <summary>The W3C trace context.</summary>
    [Id(10)] public string TraceParent { get; init; } = "";

    /// <summary>The revision of the definition by which a custom resource was resolved: the write is decided by this one or a newer one. Zero: a built-in kind.</summary>
    [Id(11)] public long DefinitionRevision { get; init; }

    /// <summary>More that is known of the user: pod and credential of a token, what OpenID Connect or an impersonator says.</summary>
    [Id(12)] public UserExtra[] UserExtra { get; init; } = [];
}

/// <summary>One thing that is known of a user beyond name, uid and groups.</summary>
/// <param name="Key">Its name, as in <c>authentication.kubernetes.io/pod-name</c>.</param>
/// <param name="Values">Its values.</param>
[GenerateSerializer, Immutable, Alias("orchestrator.user-extra")]
public sealed record UserExtra([property: Id(0)] string Key, [property: Id(1)] string[] Values);

/// <summary>The wire form of <see cref="Api.Machinery.DeleteOptions"/>.</summary>
[GenerateSerializer, Immutable, Alias("orchestrator.delete-call")]
public sealed record DeleteCall
{
    /// <summary>The uid that the object must have.</summary>
    [Id(0)] public string? Uid { get; init; }

    /// <summary>The resourceVersion that the object must have.</summary>
    [Id(1)] public string? ResourceVersion { get; init; }

    /// <summary>Seconds of grace.</summary>
    [Id(2)] public long? GracePeriodSeconds { get; init; }

    /// <summary>Foreground, Background or Orphan.</summary>
    [Id(3)] public string? PropagationPolicy { get; init; }
}

/// <summary>An object on its way between grains: raw bytes, never copied.</summary>
[GenerateSerializer, Immutable, Alias("orchestrator.object-reply")]
public sealed record ObjectReply
{
    /// <summary>The revision of the last write.</summary>
    [Id(0)] public long Revision { get; init; }

    /// <summary>The UTF-8 document with its resourceVersion.</summary>
    [Id(1)] public required byte[] Document { get; init; }
}

/// <summary>What became of a write: an object or a Status, never both.</summary>
[GenerateSerializer, Immutable, Alias("orchestrator.write-reply")]
public sealed record WriteReply
{
    /// <summary>The object as written; of a delete that went through, as it last stood.</summary>
    [Id(0)] public ObjectReply? Object { get; init; }

    /// <summary>A Status document (UTF-8 JSON) when the request was not carried out.</summary>
    [Id(1)] public byte[]? Failure { get; init; }

    /// <summary>True when the object did not exist before (answer 201).</summary>
    [Id(2)] public bool Created { get; init; }

    /// <summary>True when the object is gone (a delete without anything left to wait for).</summary>
    [Id(3)] public bool Gone { get; init; }

    /// <summary>Warning headers.</summary>
    [Id(4)] public string[] Warnings { get; init; } = [];
}
