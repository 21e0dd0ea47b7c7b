using System.Text.Json.Nodes;

namespace Orchestrator.Api.Patching;

/// <summary>The directives that a strategic merge patch may carry among its fields.</summary>
internal static class PatchDirectives
{
    internal const string Patch = "$patch";
    internal const string RetainKeys = "$retainKeys";
    internal const string SetElementOrder = "$setElementOrder/";
    internal const string DeleteFromPrimitiveList = "$deleteFromPrimitiveList/";

    internal static bool IsElementOrder(string name) => name.StartsWith(SetElementOrder, StringComparison.Ordinal);

    internal static bool IsDeleteList(string name) => name.StartsWith(DeleteFromPrimitiveList, StringComparison.Ordinal);

    /// <summary>What a part of a patch means where the object has nothing yet: its values, without directives and nulls.</summary>
    internal static JsonNode? Plain(JsonNode? value)
    {
        switch (value)
        {
            case JsonObject members:
                foreach (var (name, member) in members.ToList())
                {
                    if (member is null || name is Patch or RetainKeys || IsElementOrder(name) || IsDeleteList(name))
                    {
                        members.Remove(name);
                    }
                    else
                    {
                        Plain(member);
                    }
                }

                return members;
            case JsonArray items:
                for (var i = items.Count - 1; i >= 0; i--)
                {
                    // An item that is a directive adds nothing.
                    if (items[i] is JsonObject item && item.ContainsKey(Patch))
                    {
                        items.RemoveAt(i);
                    }
                    else
                    {
                        Plain(items[i]);
                    }
                }

                return items;
            default:
                return value;
        }
    }
}
