using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Orchestrator.Agent.Dns;

/// <summary>Reads questions and writes answers in DNS's wire format. RFC 1035, section 4.</summary>
internal static class DnsMessage
{
    /// <summary>What fits in a datagram without EDNS.</summary>
    public const int DatagramLimit = 512;

    private const int HeaderSize = 12;
    private const ushort ClassInternet = 1;

    /// <summary>Reads the one question of a query; null when the bytes are not one.</summary>
    public static DnsQuestion? ReadQuestion(ReadOnlySpan<byte> packet)
    {
        // Not a response, an ordinary query, and exactly one question.
        if (packet.Length < HeaderSize || (packet[2] & 0xf8) != 0 || BinaryPrimitives.ReadUInt16BigEndian(packet[4..]) != 1)
        {
            return null;
        }

        var name = new StringBuilder();
        var at = HeaderSize;
        while (at < packet.Length && packet[at] != 0)
        {
            var length = packet[at];
            // A question's name is never compressed, and a label has 63 bytes at most.
            if (length > 63 || at + 1 + length >= packet.Length || name.Length + length > 254)
            {
                return null;
            }

            name.Append(Encoding.ASCII.GetString(packet.Slice(at + 1, length)).ToLowerInvariant()).Append('.');
            at += 1 + length;
        }

        return at + 5 <= packet.Length
            ? new DnsQuestion(name.ToString().TrimEnd('.'), (DnsType)BinaryPrimitives.ReadUInt16BigEndian(packet[(at + 1)..]), at + 5)
            : null;
    }

    /// <summary>Writes the response to a query. Records that do not fit the limit are left out and the truncation bit is set.</summary>
    public static byte[] WriteResponse(ReadOnlySpan<byte> query, DnsQuestion question, DnsAnswer answer, int limit)
    {
        var body = new List<byte>(query[..question.End].ToArray());
        var packet = body;
        // Response, authoritative, recursion as asked, recursion available.
        packet[2] = (byte)(0x84 | (query[2] & 0x01));
        packet[3] = (byte)(0x80 | (int)answer.Code);
        Set(packet, 6, 0);
        Set(packet, 8, 0);
        Set(packet, 10, 0);
        ushort written = 0;
        foreach (var record in answer.Records)
        {
            var encoded = Encode(record);
            if (packet.Count + encoded.Length > limit)
            {
                packet[2] |= 0x02;
                break;
            }

            packet.AddRange(encoded);
            written++;
        }

        Set(packet, 6, written);
        return [.. packet];
    }

    private static void Set(List<byte> packet, int at, ushort value)
    {
        packet[at] = (byte)(value >> 8);
        packet[at + 1] = (byte)value;
    }

    private static byte[] Encode(DnsRecord record)
    {
        var data = record.Type switch
        {
            DnsType.A => IPAddress.Parse(record.Target).GetAddressBytes(),
            DnsType.Srv => [0, 0, 0, 100, (byte)(record.Port >> 8), (byte)record.Port, .. Name(record.Target)],
            _ => Name(record.Target),
        };
        var name = Name(record.Name);
        var bytes = new byte[name.Length + 10 + data.Length];
        name.CopyTo(bytes, 0);
        var rest = bytes.AsSpan(name.Length);
        BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)record.Type);
        BinaryPrimitives.WriteUInt16BigEndian(rest[2..], ClassInternet);
        BinaryPrimitives.WriteUInt32BigEndian(rest[4..], DnsZone.TimeToLiveSeconds);
        BinaryPrimitives.WriteUInt16BigEndian(rest[8..], (ushort)data.Length);
        data.CopyTo(rest[10..]);
        return bytes;
    }

    private static byte[] Name(string name) =>
        [.. name.Split('.', StringSplitOptions.RemoveEmptyEntries).SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]), 0];
}

/// <summary>The kinds of record that the cluster's zone has.</summary>
internal enum DnsType : ushort
{
    /// <summary>An IPv4 address.</summary>
    A = 1,

    /// <summary>Another name for this one.</summary>
    CName = 5,

    /// <summary>The name of an address.</summary>
    Ptr = 12,

    /// <summary>A host and port.</summary>
    Srv = 33,
}

/// <summary>How a question was answered. RFC 1035, RCODE.</summary>
internal enum DnsCode
{
    /// <summary>The name exists.</summary>
    NoError = 0,

    /// <summary>Somebody else failed us.</summary>
    ServerFailure = 2,

    /// <summary>There is no such name.</summary>
    NameError = 3,
}

/// <summary>A question.</summary>
/// <param name="Name">Lower case, without the final dot.</param>
/// <param name="Type">What is asked for.</param>
/// <param name="End">Where the question ends in the packet.</param>
internal sealed record DnsQuestion(string Name, DnsType Type, int End);

/// <summary>One record.</summary>
/// <param name="Name">Whose.</param>
/// <param name="Type">Of what type.</param>
/// <param name="Target">The address or the name.</param>
/// <param name="Port">The port of an SRV record.</param>
internal sealed record DnsRecord(string Name, DnsType Type, string Target, int Port = 0);

/// <summary>An answer.</summary>
/// <param name="Code">How it went.</param>
/// <param name="Records">The records; none with NoError: the name has no such record.</param>
internal sealed record DnsAnswer(DnsCode Code, IReadOnlyList<DnsRecord> Records);
