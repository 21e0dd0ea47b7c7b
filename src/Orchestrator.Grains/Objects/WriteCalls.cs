using Orchestrator.Api.Machinery;

namespace Orchestrator.Grains.Objects;

/// <summary>Reads the wire forms of the write options.</summary>
internal static class WriteCalls
{
    /// <summary>The options of a call.</summary>
    public static WriteOptions ToOptions(this WriteCall call) => new()
    {
        User = call.User,
        UserUid = call.UserUid,
        Groups = call.Groups,
        UserExtra = call.UserExtra.ToDictionary(extra => extra.Key, IReadOnlyList<string> (extra) => extra.Values, StringComparer.Ordinal),
        DryRun = call.DryRun,
        FieldManager = call.FieldManager,
        FieldValidation = call.FieldValidation,
        Force = call.Force,
        Subresource = call.Subresource,
        Version = call.Version,
        Cause = call.Cause,
        TraceParent = call.TraceParent,
    };

    /// <summary>The options of a delete.</summary>
    public static DeleteOptions ToOptions(this DeleteCall delete) => new()
    {
        Uid = delete.Uid,
        ResourceVersion = delete.ResourceVersion,
        GracePeriodSeconds = delete.GracePeriodSeconds,
        PropagationPolicy = delete.PropagationPolicy,
    };
}
