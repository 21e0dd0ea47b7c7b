using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Orchestrator.Api.Identity;

namespace Orchestrator.Store.Audit;

/// <summary>The digest of a state: the sum of the hashes of its objects, so that it does not matter in which order they come.</summary>
public sealed class StateDigest
{
    private UInt128 sum;

    /// <summary>How many objects were added.</summary>
    public int Count { get; private set; }

    /// <summary>Adds an object.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="revision">Its revision.</param>
    /// <param name="document">Its document as clients read it, with the resourceVersion.</param>
    public void Add(ObjectKey key, Revision revision, ReadOnlySpan<byte> document)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[8];
        hash.AppendData(Encoding.UTF8.GetBytes(key.ToString()));
        BinaryPrimitives.WriteInt64BigEndian(number, revision.Value);

        // A key holds no zero byte, so no two different objects begin alike.
        hash.AppendData([0]);
        hash.AppendData(number);
        hash.AppendData(document);
        Span<byte> result = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(result);
        sum += BinaryPrimitives.ReadUInt128BigEndian(result);
        Count++;
    }

    /// <summary>The digest as 32 hexadecimal digits.</summary>
    public override string ToString() => sum.ToString("x32", System.Globalization.CultureInfo.InvariantCulture);
}
