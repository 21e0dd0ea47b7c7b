using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Orchestrator.AgentProtocol.Spdy;

/// <summary>Decompresses header blocks, with the protocol's dictionary when the peer uses it.</summary>
/// <remarks>The platform's inflater knows no preset dictionary. A stored block with the dictionary, put before the peer's first block, leaves the same history behind.</remarks>
internal sealed class HeaderBlockReader : IDisposable
{
    /// <summary>Headers of a stream; more are refused.</summary>
    private const int MaxHeaders = 64;

    /// <summary>A block after decompression; more is refused, so that a small frame cannot become a large one.</summary>
    private const int MaxBlockBytes = 64 * 1024;

    private const int PresetDictionaryFlag = 0x20;
    private readonly Fed fed = new();
    private readonly DeflateStream inflate;
    private bool hasBegun;
    private int budget;

    /// <summary>Waits for the first block.</summary>
    public HeaderBlockReader() => inflate = new DeflateStream(fed, CompressionMode.Decompress, leaveOpen: true);

    /// <summary>The headers of the next block; a name that comes twice keeps its last value.</summary>
    /// <exception cref="SpdyException">The block cannot be read or is too large.</exception>
    public Dictionary<string, string> Read(ReadOnlySequence<byte> block)
    {
        fed.Add(block.ToArray());
        budget = MaxBlockBytes;
        try
        {
            if (!hasBegun)
            {
                Begin();
            }

            var count = ReadNumber();
            if (count is < 0 or > MaxHeaders)
            {
                throw new SpdyException($"a block of {count} headers");
            }

            var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            for (var i = 0; i < count; i++)
            {
                var name = ReadText();
                headers[name] = ReadText();
            }

            return headers;
        }
        catch (InvalidDataException unreadable)
        {
            throw new SpdyException("headers cannot be decompressed: " + unreadable.Message);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        inflate.Dispose();
        fed.Dispose();
    }

    private void Begin()
    {
        Span<byte> zlibHeader = stackalloc byte[2];
        fed.ReadExactly(zlibHeader);
        if ((zlibHeader[0] & 0x0F) != 8 || BinaryPrimitives.ReadUInt16BigEndian(zlibHeader) % 31 != 0)
        {
            throw new SpdyException("headers are not a zlib stream");
        }

        if ((zlibHeader[1] & PresetDictionaryFlag) != 0)
        {
            Span<byte> checksum = stackalloc byte[4];
            fed.ReadExactly(checksum);
            if (BinaryPrimitives.ReadUInt32BigEndian(checksum) != HeaderDictionary.Checksum)
            {
                throw new SpdyException("headers use an unknown dictionary");
            }

            PlantDictionary();
        }

        hasBegun = true;
    }

    private void PlantDictionary()
    {
        var dictionary = HeaderDictionary.Bytes;
        var stored = new byte[5 + dictionary.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(stored.AsSpan(1), (ushort)dictionary.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(stored.AsSpan(3), (ushort)~dictionary.Length);
        dictionary.CopyTo(stored, 5);
        fed.Precede(stored);
        inflate.ReadExactly(new byte[dictionary.Length]);
    }

    private string ReadText()
    {
        var length = ReadNumber();
        if (length < 0 || length > budget)
        {
            throw new SpdyException($"headers of more than {MaxBlockBytes} bytes");
        }

        var text = new byte[length];
        ReadExactly(text);
        return Encoding.UTF8.GetString(text);
    }

    private int ReadNumber()
    {
        Span<byte> bytes = stackalloc byte[4];
        ReadExactly(bytes);
        return BinaryPrimitives.ReadInt32BigEndian(bytes);
    }

    private void ReadExactly(Span<byte> target)
    {
        budget -= target.Length;
        if (inflate.ReadAtLeast(target, target.Length, throwOnEndOfStream: false) < target.Length)
        {
            throw new SpdyException("a header block ends too early");
        }
    }

    /// <summary>The compressed bytes that have come; reading past them says "nothing now" and can go on later.</summary>
    private sealed class Fed : Stream
    {
        /// <summary>Compressed bytes that no block has used; a peer that leaves more behind is refused.</summary>
        private const int MaxLeftBytes = 2 * SpdyDecoder.MaxControlBytes;

        private byte[] bytes = [];
        private int position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public void Add(byte[] more)
        {
            bytes = [.. bytes.AsSpan(position), .. more];
            position = 0;
            if (bytes.Length > MaxLeftBytes)
            {
                throw new SpdyException("compressed headers hold more than they say");
            }
        }

        public void Precede(byte[] earlier)
        {
            bytes = [.. earlier, .. bytes.AsSpan(position)];
            position = 0;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var count = Math.Min(buffer.Length, bytes.Length - position);
            bytes.AsSpan(position, count).CopyTo(buffer);
            position += count;
            return count;
        }

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
