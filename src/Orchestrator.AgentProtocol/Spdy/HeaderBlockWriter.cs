using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Orchestrator.AgentProtocol.Spdy;

/// <summary>Compresses header blocks. All blocks of a connection are one zlib stream, so the order of writing is the order of sending.</summary>
/// <remarks>The protocol's dictionary is not used: zlib says in its first bytes whether it is, and every reader takes a stream without.</remarks>
internal sealed class HeaderBlockWriter : IDisposable
{
    private readonly MemoryStream compressed = new();
    private readonly ZLibStream zlib;

    /// <summary>Begins the stream.</summary>
    public HeaderBlockWriter() => zlib = new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true);

    /// <summary>The next block.</summary>
    public byte[] Write(IReadOnlyCollection<KeyValuePair<string, string>> headers)
    {
        WriteNumber(headers.Count);
        foreach (var (name, value) in headers)
        {
            WriteText(name.ToLowerInvariant());
            WriteText(value);
        }

        zlib.Flush();
        var block = compressed.ToArray();
        compressed.SetLength(0);
        return block;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        zlib.Dispose();
        compressed.Dispose();
    }

    private void WriteText(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        WriteNumber(bytes.Length);
        zlib.Write(bytes);
    }

    private void WriteNumber(int number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        zlib.Write(bytes);
    }
}
