using System.Text;
using System.Text.Json.Nodes;

namespace Orchestrator.Api.Tests.Fuzz;

/// <summary>Makes odd documents of good ones.</summary>
internal static class Mutations
{
    private static readonly string[] Words =
    [
        "", " ", "a", "default", "\0", "\ud800", "\u2028", "é", "-1", "0", "1e9", "999999999999999999999999", "1Ki", "-5m", "a/b", "../..", "%2f", "a,b", "a=b", "!a", "in (",
        "$(A)", "{{.}}", "<>&'\"", "2026-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "metadata", "kubernetes.io/x", "10.0.0.0/8", "::1", "*", "spec.containers[0]", "nul\\l",
    ];

    private static readonly string[] Names =
    [
        "name", "namespace", "metadata", "spec", "status", "kind", "apiVersion", "labels", "annotations", "finalizers", "ownerReferences", "managedFields", "containers", "env", "ports",
        "$patch", "$retainKeys", "$deleteFromPrimitiveList/finalizers", "$setElementOrder/containers", "template", "selector", "replicas", "data", "rules", "x", "",
    ];

    /// <summary>A document with some parts replaced, removed, renamed or repeated.</summary>
    public static JsonObject Document(Random random, JsonObject good)
    {
        var document = (JsonObject)good.DeepClone();
        for (var changes = random.Next(1, 6); changes > 0; changes--)
        {
            Change(random, Pick(random, document));
        }

        return document;
    }

    /// <summary>The document's text, perhaps cut, with bytes that do not belong there.</summary>
    public static byte[] Text(Random random, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text).ToList();
        for (var changes = random.Next(0, 4); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Token(random)));
                    break;
                default:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 40), bytes.Count - at)));
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>A word that is likely to be taken for something.</summary>
    public static string Word(Random random) => Words[random.Next(Words.Length)];

    /// <summary>Any value.</summary>
    public static JsonNode? Value(Random random, int depth = 0) => random.Next(depth > 3 ? 7 : 9) switch
    {
        0 => null,
        1 => JsonValue.Create(random.Next(2) == 0),
        2 => JsonValue.Create(random.Next(-3, 70000)),
        3 => JsonNode.Parse(random.Next(3) switch { 0 => "1e400", 1 => "-9223372036854775809", _ => "0.1" }),
        4 or 5 or 6 => JsonValue.Create(Word(random)),
        7 => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Value(random, depth + 1))]),
        _ => Object(random, depth),
    };

    private static JsonObject Object(Random random, int depth)
    {
        var made = new JsonObject();
        for (var members = random.Next(4); members > 0; members--)
        {
            made[Names[random.Next(Names.Length)]] = Value(random, depth + 1);
        }

        return made;
    }

    private static string Token(Random random) => random.Next(8) switch
    {
        0 => "\\ud800",
        1 => "\\u0000",
        2 => new string('[', random.Next(1, 300)),
        3 => string.Concat(Enumerable.Repeat("{\"a\":", random.Next(1, 300))),
        4 => "&a [*a,*a]",
        5 => "\"name\":\"x\",",
        6 => new string('9', random.Next(1, 500)),
        _ => Word(random),
    };

    private static JsonNode Pick(Random random, JsonNode root)
    {
        var at = root;
        while (random.Next(5) > 0)
        {
            var children = at switch
            {
                JsonObject members => members.Select(member => member.Value).OfType<JsonNode>().ToList(),
                JsonArray items => items.OfType<JsonNode>().ToList(),
                _ => [],
            };
            var inner = children.Where(child => child is JsonObject or JsonArray).ToList();
            if (inner.Count == 0)
            {
                break;
            }

            at = inner[random.Next(inner.Count)];
        }

        return at;
    }

    private static void Change(Random random, JsonNode at)
    {
        if (at is JsonArray items)
        {
            if (items.Count > 0 && random.Next(3) == 0)
            {
                items.RemoveAt(random.Next(items.Count));
            }
            else
            {
                items.Insert(random.Next(items.Count + 1), items.Count > 0 && random.Next(2) == 0 ? items[random.Next(items.Count)]?.DeepClone() : Value(random));
            }

            return;
        }

        var members = (JsonObject)at;
        var names = members.Select(member => member.Key).ToList();
        var name = names.Count > 0 && random.Next(3) > 0 ? names[random.Next(names.Count)] : Names[random.Next(Names.Length)];
        if (random.Next(4) == 0)
        {
            members.Remove(name);
        }
        else
        {
            members[name] = Value(random);
        }
    }
}
