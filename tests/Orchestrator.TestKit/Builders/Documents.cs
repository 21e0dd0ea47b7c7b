using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.TestKit.Builders;

/// <summary>Makes stored objects from documents.</summary>
public static class Documents
{
    /// <summary>The object at a revision, with its resourceVersion in place.</summary>
    public static StoredObject Stored(GroupResource resource, JsonObject document, long revision = 1)
    {
        var copy = document.DeepClone().AsObject();
        var metadata = copy["metadata"]!;
        metadata["resourceVersion"] = new Revision(revision).ToString();
        var key = new ObjectKey(resource.Group, resource.Resource, (string?)metadata["namespace"] ?? "", (string?)metadata["name"] ?? "");
        return new StoredObject(key, new Revision(revision), Encoding.UTF8.GetBytes(copy.ToJsonString()));
    }

    /// <summary>The object that a child of this name holds; made when it is missing.</summary>
    public static JsonObject Child(this JsonObject parent, string name)
    {
        if (parent[name] is not JsonObject child)
        {
            parent[name] = child = [];
        }

        return child;
    }

    /// <summary>The list that a child of this name holds; made when it is missing.</summary>
    public static JsonArray Items(this JsonObject parent, string name)
    {
        if (parent[name] is not JsonArray items)
        {
            parent[name] = items = [];
        }

        return items;
    }
}
