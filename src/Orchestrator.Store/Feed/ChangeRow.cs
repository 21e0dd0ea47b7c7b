using System.Text.Json;
using Npgsql;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Store.Cache;
using Orchestrator.Store.Documents;

namespace Orchestrator.Store.Feed;

/// <summary>One row of the change log, made ready for memory: the resourceVersion is spliced in and the header parsed once.</summary>
/// <param name="Type">What happened.</param>
/// <param name="Object">The object after it.</param>
/// <param name="CommittedAt">When the transaction was written, by the database's clock.</param>
internal readonly record struct ChangeRow(ChangeType Type, CachedObject Object, DateTime CommittedAt)
{
    /// <summary>The revision of the change.</summary>
    public Revision Revision => Object.Stored.Revision;
}

/// <summary>Turns rows into cached objects.</summary>
internal static class Rows
{
    /// <summary>Reads key, revision and document from the columns that begin at an ordinal.</summary>
    public static CachedObject ReadObject(NpgsqlDataReader reader, int ordinal)
    {
        var key = ObjectKey.Parse(reader.GetString(ordinal));
        var revision = new Revision(reader.GetInt64(ordinal + 1));
        return Create(key, revision, reader.GetFieldValue<byte[]>(ordinal + 2));
    }

    /// <summary>The cached form of a document as it is stored, without resourceVersion.</summary>
    public static CachedObject Create(ObjectKey key, Revision revision, ReadOnlySpan<byte> stored) =>
        Cached(new StoredObject(key, revision, DocumentEncoding.WithResourceVersion(stored, revision)));

    /// <summary>The cached form of an object. Nearly always it shares its bytes.</summary>
    public static CachedObject Cached(StoredObject stored)
    {
        var document = SentBytes.Compact(stored.Document);
        DocumentHeader header;
        try
        {
            header = DocumentHeader.Parse(document.Span);
        }
        catch (JsonException e)
        {
            // The committer lets no such document in.
            throw new InvalidDataException($"the document of {stored.Key} at revision {stored.Revision} is damaged: {e.Message}", e);
        }

        return new CachedObject
        {
            Stored = stored.Document.Equals(document) ? stored : stored with { Document = document },
            Uid = header.Uid,
            Labels = header.Labels,
            OwnerUids = header.OwnerUids,
            Field = new DocumentFields(stored.Key.GroupResource, document).Read,
        };
    }
}
