using System.Buffers.Binary;

namespace Orchestrator.AgentProtocol.Spdy;

/// <summary>The frames as bytes.</summary>
internal static class SpdyFrames
{
    /// <summary>The bytes before a data frame's content.</summary>
    public const int DataHeaderBytes = 8;

    private const byte FinFlag = 1;

    /// <summary>Writes the head of a data frame.</summary>
    public static void WriteDataHeader(Span<byte> target, int streamId, int length, bool isLast)
    {
        BinaryPrimitives.WriteInt32BigEndian(target, streamId);
        BinaryPrimitives.WriteInt32BigEndian(target[4..], length);
        target[4] = isLast ? FinFlag : (byte)0;
    }

    /// <summary>A SYN_STREAM with its compressed headers.</summary>
    public static byte[] SynStream(int streamId, ReadOnlySpan<byte> headers)
    {
        var frame = Control(SpdyFrameType.SynStream, 10 + headers.Length);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(8), streamId);
        headers.CopyTo(frame.AsSpan(18));
        return frame;
    }

    /// <summary>A SYN_REPLY with its compressed headers.</summary>
    public static byte[] SynReply(int streamId, ReadOnlySpan<byte> headers)
    {
        var frame = Control(SpdyFrameType.SynReply, 4 + headers.Length);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(8), streamId);
        headers.CopyTo(frame.AsSpan(12));
        return frame;
    }

    /// <summary>A RST_STREAM.</summary>
    public static byte[] Reset(int streamId, int status)
    {
        var frame = Control(SpdyFrameType.Reset, 8);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(8), streamId);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(12), status);
        return frame;
    }

    /// <summary>A PING.</summary>
    public static byte[] Ping(uint id)
    {
        var frame = Control(SpdyFrameType.Ping, 4);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(8), id);
        return frame;
    }

    private static byte[] Control(SpdyFrameType type, int length)
    {
        var frame = new byte[8 + length];
        BinaryPrimitives.WriteUInt16BigEndian(frame, 0x8003);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)type);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), length);
        return frame;
    }
}
