namespace Orchestrator.Api.Protobuf;

/// <summary>One field of a message of Kubernetes' protobuf form.</summary>
/// <param name="Name">Its name in JSON.</param>
/// <param name="Type">A scalar's letter (s, i, l, b, d, y) or the name of a message.</param>
/// <param name="Shape">How often it may come.</param>
/// <param name="Zero">What a zero on the wire means.</param>
/// <param name="IsInline">The fields of the message stand in the parent's JSON object.</param>
internal readonly record struct ProtobufField(string Name, string Type, FieldShape Shape, ZeroMeaning Zero, bool IsInline)
{
    /// <summary>True: the value is a message of its own.</summary>
    public bool IsMessage => Type.Length > 1;
}

/// <summary>How often a field may come.</summary>
internal enum FieldShape
{
    /// <summary>Once.</summary>
    Single,

    /// <summary>Many times: a JSON array.</summary>
    List,

    /// <summary>Many times, as pairs of key and value: a JSON object.</summary>
    Map,
}

/// <summary>What zero (0, false, the empty string) on the wire means. Upstream's encoder writes every field that is no pointer, set or not.</summary>
internal enum ZeroMeaning
{
    /// <summary>The field was not set: JSON leaves it out.</summary>
    Unset,

    /// <summary>Somebody set it to zero: a pointer in upstream's types.</summary>
    Value,
}
