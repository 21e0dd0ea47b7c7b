using System.Text.Json.Nodes;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Registry;

namespace Orchestrator.Api.Machinery;

/// <summary>The one place where ordinary writes meet metadata.managedFields.</summary>
internal static class FieldOwnership
{
    /// <summary>A new object: what the creator says about ownership does not count.</summary>
    public static void AfterCreate(JsonObject obj, WriteOptions options, ResourceKind kind, DateTimeOffset now)
    {
        _ = (options, kind, now);
        obj.Metadata().Remove("managedFields");
    }

    /// <summary>A changed object keeps the ownership it had.</summary>
    public static void AfterUpdate(JsonObject obj, JsonObject old, WriteOptions options, ResourceKind kind, DateTimeOffset now)
    {
        _ = (options, kind, now);
        obj.Metadata().CopyField("managedFields", old.Metadata());
    }
}
