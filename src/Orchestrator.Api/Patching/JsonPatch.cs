using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Patching;

/// <summary>Applies a list of operations to an object: all of them or none.</summary>
/// <remarks>RFC 6902. Like upstream's library, an index may count from the end (-1), and array indexes are otherwise plain numbers.</remarks>
public static class JsonPatch
{
    /// <summary>More operations than this are refused (413): each may copy a part of the document.</summary>
    public const int OperationBound = 10_000;

    /// <summary>Copies may add up to this many bytes in one patch (upstream: AccumulatedCopySizeLimit, 3 MiB); more do not fit.</summary>
    private const int CopiedBytesBound = 3 * 1024 * 1024;

    /// <summary>Applies the patch to a copy of the object.</summary>
    public static PatchResult Apply(JsonNode? current, ReadOnlyMemory<byte> patch, SchemaNode? schema)
    {
        if (PatchDocument.Read(patch, out var document) is { } fault)
        {
            return PatchResult.Refused(Statuses.BadRequest(fault));
        }

        if (document is not JsonArray operations)
        {
            return PatchResult.Refused(Statuses.BadRequest(
                $"json: cannot unmarshal {PatchDocument.TypeName(document)} into Go value of type jsonpatch.Patch"));
        }

        if (operations.Count > OperationBound)
        {
            return PatchResult.Refused(new ApiStatus(413, "RequestEntityTooLarge", string.Create(CultureInfo.InvariantCulture,
                $"Request entity is too large: The allowed maximum operations in a JSON patch is {OperationBound}, got {operations.Count}")));
        }

        var run = new Run(current?.DeepClone());
        foreach (var operation in operations)
        {
            if (operation is not JsonObject members || !run.Apply(members))
            {
                return PatchResult.DoesNotFit();
            }
        }

        return PatchResult.Of(run.Root);
    }

    /// <summary>The document as the operations so far have made it.</summary>
    private sealed class Run(JsonNode? root)
    {
        private int _copied;

        internal JsonNode? Root { get; private set; } = root;

        internal bool Apply(JsonObject operation)
        {
            if (Pointer(operation, "path") is not { } path)
            {
                return false;
            }

            switch (Text(operation, "op"))
            {
                case "add":
                    return operation.ContainsKey("value") && Add(path, operation["value"]?.DeepClone());
                case "remove":
                    return Take(path, out _);
                case "replace":
                    return operation.ContainsKey("value") && Replace(path, operation["value"]?.DeepClone());
                case "test":
                    return Test(path, operation["value"]);
                case "move":
                    return Pointer(operation, "from") is { } source && !IsWithin(path, source) && Take(source, out var moved) && Add(path, moved);
                case "copy":
                    return Pointer(operation, "from") is { } original && Find(original, out var found) && WithinCopyBound(found)
                        && Add(path, found?.DeepClone());
                default:
                    return false;
            }
        }

        private bool WithinCopyBound(JsonNode? copied)
        {
            _copied += copied?.ToJsonString().Length ?? 4;
            return _copied <= CopiedBytesBound;
        }

        private bool Test(string[] path, JsonNode? expected) =>
            (Find(path, out var found) || expected is null) && JsonNode.DeepEquals(found, expected);

        private bool Add(string[] path, JsonNode? value)
        {
            if (path.Length == 0)
            {
                Root = value;
                return true;
            }

            if (!Find(path.AsSpan(0, path.Length - 1), out var parent))
            {
                return false;
            }

            switch (parent)
            {
                case JsonObject members:
                    members[path[^1]] = value;
                    return true;
                case JsonArray items when path[^1] == "-":
                    items.Add(value);
                    return true;
                case JsonArray items when Index(path[^1], items.Count + 1) is { } index:
                    items.Insert(index, value);
                    return true;
                default:
                    return false;
            }
        }

        private bool Replace(string[] path, JsonNode? value)
        {
            if (path.Length == 0)
            {
                Root = value;
                return true;
            }

            if (!Find(path, out _) || !Find(path.AsSpan(0, path.Length - 1), out var parent))
            {
                return false;
            }

            if (parent is JsonArray items)
            {
                items[Index(path[^1], items.Count)!.Value] = value;
            }
            else
            {
                parent![path[^1]] = value;
            }

            return true;
        }

        private bool Take(string[] path, out JsonNode? taken)
        {
            taken = null;
            if (path.Length == 0 || !Find(path, out taken) || !Find(path.AsSpan(0, path.Length - 1), out var parent))
            {
                return false;
            }

            if (parent is JsonArray items)
            {
                items.RemoveAt(Index(path[^1], items.Count)!.Value);
            }
            else
            {
                ((JsonObject)parent!).Remove(path[^1]);
            }

            return true;
        }

        private bool Find(ReadOnlySpan<string> path, out JsonNode? found)
        {
            found = Root;
            foreach (var step in path)
            {
                switch (found)
                {
                    case JsonObject members when members.TryGetPropertyValue(step, out var member):
                        found = member;
                        break;
                    case JsonArray items when Index(step, items.Count) is { } index:
                        found = items[index];
                        break;
                    default:
                        found = null;
                        return false;
                }
            }

            return true;
        }
    }

    private static int? Index(string step, int count)
    {
        if (!int.TryParse(step, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index))
        {
            return null;
        }

        index = index < 0 ? index + count : index;
        return index >= 0 && index < count ? index : null;
    }

    /// <summary>A value cannot move into itself.</summary>
    private static bool IsWithin(string[] path, string[] ancestor) =>
        path.Length > ancestor.Length && path.AsSpan(0, ancestor.Length).SequenceEqual(ancestor);

    private static string[]? Pointer(JsonObject operation, string name) => Text(operation, name) switch
    {
        null => null,
        "" => [],
        ['/', .. var rest] => [.. rest.Split('/').Select(step => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))],
        _ => null,
    };

    private static string? Text(JsonObject operation, string name) =>
        operation[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
