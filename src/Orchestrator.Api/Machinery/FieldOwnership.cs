using System.Text.Json.Nodes;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Kinds;
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
        foreach (var field in KindFacts.ResetFields(kind).Where(obj.ContainsKey))
        {
            // What the server sets or clears belongs to nobody, whatever the creator sent.
            sent = ReferenceEquals(sent, obj) ? (JsonObject)obj.DeepClone() : sent;
            sent.Remove(field);
        }

        Set(obj, ManagedFields.AfterWrite(null, AsSent(sent, kind), Schema(kind), Writer(options, kind, now)));
    }

    /// <summary>Whoever changes a field of an object owns it from then on.</summary>
    public static void AfterUpdate(JsonObject obj, JsonObject old, WriteOptions options, ResourceKind kind, DateTimeOffset now) =>
        Set(obj, ManagedFields.AfterWrite(AsSent(old, kind), AsSent(obj, kind), Schema(kind), Writer(options, kind, now)));

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

    /// <summary>The object in the version of the request: fields are owned by the names that their writer knows.</summary>
    private static JsonObject AsSent(JsonObject stored, ResourceKind kind)
    {
        if (!VersionConversion.IsNeeded(kind))
        {
            return stored;
        }

        var sent = (JsonObject)stored.DeepClone();
        VersionConversion.FromStorage(sent, kind);
        return sent;
    }

    private static SchemaNode? Schema(ResourceKind kind) => kind.Custom?.Shape ?? OpenApiSchemas.For(kind.GroupVersionKind);
}
