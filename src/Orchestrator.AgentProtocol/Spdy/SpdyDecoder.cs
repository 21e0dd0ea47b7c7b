using System.Buffers;
using System.Buffers.Binary;

namespace Orchestrator.AgentProtocol.Spdy;

/// <summary>A control frame, or as much of a data frame as has arrived.</summary>
/// <param name="Type">What it is.</param>
/// <param name="StreamId">The stream of a data frame; zero for control frames, whose payload names it.</param>
/// <param name="IsLast">The last piece of the frame, and the frame ends its sender's side of the stream.</param>
/// <param name="Payload">The bytes, as they lie in the input.</param>
internal readonly record struct SpdyPiece(SpdyFrameType Type, int StreamId, bool IsLast, ReadOnlySequence<byte> Payload);

/// <summary>Cuts the bytes of a SPDY/3.1 connection into frames, wherever they were split.</summary>
/// <remarks>Data frames may be 16 MiB large, so their bytes are handed on as they come; only control frames are waited for as a whole, and those are bounded.</remarks>
internal sealed class SpdyDecoder
{
    /// <summary>The largest control frame; a larger one is refused. Kubernetes' headers take a few hundred bytes.</summary>
    public const int MaxControlBytes = 64 * 1024;

    private const int HeaderBytes = 8;
    private const byte FinFlag = 1;
    private const int SupportedVersion = 3;
    private int dataStream;
    private int dataRemaining;
    private bool dataEndsStream;

    /// <summary>Takes the next piece off the input; false when more bytes are needed.</summary>
    /// <exception cref="SpdyException">The frame is none of this protocol or too large.</exception>
    public bool TryRead(ref ReadOnlySequence<byte> input, out SpdyPiece piece)
    {
        piece = default;
        if (dataRemaining > 0)
        {
            return TryTakeData(ref input, out piece);
        }

        if (input.Length < HeaderBytes)
        {
            return false;
        }

        Span<byte> header = stackalloc byte[HeaderBytes];
        input.Slice(0, HeaderBytes).CopyTo(header);
        var length = (int)(BinaryPrimitives.ReadUInt32BigEndian(header[4..]) & 0xFFFFFF);
        return (header[0] & 0x80) == 0 ? TryBeginData(header, length, ref input, out piece) : TryTakeControl(header, length, ref input, out piece);
    }

    private bool TryBeginData(ReadOnlySpan<byte> header, int length, ref ReadOnlySequence<byte> input, out SpdyPiece piece)
    {
        piece = default;
        dataStream = BinaryPrimitives.ReadInt32BigEndian(header);
        if (dataStream == 0)
        {
            throw new SpdyException("a data frame names no stream");
        }

        dataRemaining = length;
        dataEndsStream = (header[4] & FinFlag) != 0;
        input = input.Slice(HeaderBytes);
        if (length > 0)
        {
            return TryTakeData(ref input, out piece);
        }

        piece = new SpdyPiece(SpdyFrameType.Content, dataStream, dataEndsStream, ReadOnlySequence<byte>.Empty);
        return true;
    }

    private bool TryTakeData(ref ReadOnlySequence<byte> input, out SpdyPiece piece)
    {
        piece = default;
        if (input.IsEmpty)
        {
            return false;
        }

        var taken = input.Slice(0, Math.Min(input.Length, dataRemaining));
        dataRemaining -= (int)taken.Length;
        input = input.Slice(taken.End);
        piece = new SpdyPiece(SpdyFrameType.Content, dataStream, dataEndsStream && dataRemaining == 0, taken);
        return true;
    }

    private static bool TryTakeControl(ReadOnlySpan<byte> header, int length, ref ReadOnlySequence<byte> input, out SpdyPiece piece)
    {
        piece = default;
        var version = BinaryPrimitives.ReadUInt16BigEndian(header) & 0x7FFF;
        if (version != SupportedVersion)
        {
            throw new SpdyException($"a control frame of version {version}");
        }

        if (length > MaxControlBytes)
        {
            throw new SpdyException($"a control frame of {length} bytes");
        }

        if (input.Length < HeaderBytes + length)
        {
            return false;
        }

        piece = new SpdyPiece((SpdyFrameType)BinaryPrimitives.ReadUInt16BigEndian(header[2..]), 0, (header[4] & FinFlag) != 0, input.Slice(HeaderBytes, length));
        input = input.Slice(HeaderBytes + length);
        return true;
    }
}
