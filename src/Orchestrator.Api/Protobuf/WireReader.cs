using System.Buffers.Binary;

namespace Orchestrator.Api.Protobuf;

/// <summary>Reads protobuf's wire format from bytes that nobody vouches for: every length is checked, nothing is copied.</summary>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    private const int MaxVarintBytes = 10;

    private ReadOnlySpan<byte> rest = bytes;

    /// <summary>Reads the next field's number, the number in it (varint and fixed types) or its bytes. False at the end.</summary>
    /// <exception cref="FormatException">The bytes are cut off or no protobuf.</exception>
    public bool Read(out int number, out WireType type, out ulong value, out ReadOnlySpan<byte> content)
    {
        value = 0;
        content = default;
        if (rest.IsEmpty)
        {
            number = 0;
            type = default;
            return false;
        }

        var tag = ReadVarint();
        number = tag >> 3 is > 0 and <= 0x1FFF_FFFF ? (int)(tag >> 3) : throw new FormatException("illegal field number");
        type = (WireType)(tag & 7);
        switch (type)
        {
            case WireType.Varint:
                value = ReadVarint();
                break;
            case WireType.Fixed64:
                value = BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
                break;
            case WireType.Fixed32:
                value = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
                break;
            case WireType.Bytes:
                content = Take(ReadVarint());
                break;
            default:
                throw new FormatException($"illegal wire type {(int)type}");
        }

        return true;
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)rest.Length)
        {
            throw new FormatException("unexpected EOF");
        }

        var taken = rest[..(int)count];
        rest = rest[(int)count..];
        return taken;
    }

    private ulong ReadVarint()
    {
        ulong result = 0;
        for (var i = 0; i < MaxVarintBytes; i++)
        {
            var next = Take(1)[0];
            result |= (ulong)(next & 0x7F) << (7 * i);
            if (next < 0x80)
            {
                return result;
            }
        }

        throw new FormatException("integer overflow");
    }
}

/// <summary>How a field is laid out on the wire.</summary>
internal enum WireType
{
    /// <summary>A number in base 128.</summary>
    Varint = 0,

    /// <summary>Eight bytes.</summary>
    Fixed64 = 1,

    /// <summary>A length and that many bytes.</summary>
    Bytes = 2,

    /// <summary>Four bytes.</summary>
    Fixed32 = 5,
}
