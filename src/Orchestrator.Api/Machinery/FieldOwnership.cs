using System.Text.Json.Nodes;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Patching;
using Orchestrator.Api.Registry;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Machinery;

/// <summary>The one place where ordinary writes meet metadata.managedFields.</summary>
internal static class FieldOwnership
{
    /// <summary>Who writes when the caller did not say; the gateway derives a name from the user agent before.</summary>
    private const string UnnamedManager = "unknown";

    /// <summary>A new object belongs to its creator as it was sent, with its defaults; what admission and the strategy add belongs to nobody.</summary>
    public static void OfNew(JsonObject obj, WriteOptions options, ResourceKind kind, DateTimeOffset now)
    {
        obj.Metadata().Remove("managedFields");
        var sent = obj;
        if (kind.HasStatus && obj.ContainsKey("status"))
        {
            // The status of a new object is the server's, whatever the creator sent.
            sent = (JsonObject)obj.DeepClone();
            sent.Remove("status");
        }

        Set(obj, ManagedFields.AfterWrite(null, sent, StorageSchema(kind), Writer(options, kind, now)));
    }

    /// <summary>Whoever changes a field of an object owns it from then on.</summary>
    public static void AfterUpdate(JsonObject obj, JsonObject old, WriteOptions options, ResourceKind kind, DateTimeOffset now) =>
        Set(obj, ManagedFields.AfterWrite(old, obj, StorageSchema(kind), Writer(options, kind, now)));

    /// <summary>The writer of a request, for the record.</summary>
    public static FieldWriter Writer(WriteOptions options, ResourceKind kind, DateTimeOffset now) => new(
        options.FieldManager.Length > 0 ? options.FieldManager : UnnamedManager, kind.ApiVersion, options.Subresource, now);

    /// <summary>Puts the record in its place; none when nobody owns anything.</summary>
    public static void Set(JsonObject obj, JsonArray? owners)
    {
        obj.Metadata().Remove("managedFields");
        if (owners is not null)
        {
            obj.Metadata()["managedFields"] = owners;
        }
    }

    private static SchemaNode? StorageSchema(ResourceKind kind)
    {
        var version = kind.StorageApiVersion;
        var slash = version.IndexOf('/', StringComparison.Ordinal);
        return OpenApiSchemas.For(new GroupVersionKind(slash < 0 ? "" : version[..slash], version[(slash + 1)..], kind.Kind));
    }
}
