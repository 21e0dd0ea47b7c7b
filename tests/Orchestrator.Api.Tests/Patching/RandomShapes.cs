using System.Text.Json.Nodes;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Tests.Patching;

/// <summary>The shape of a place in a made-up kind: as our schema, as one of structured-merge-diff, and as values that fit.</summary>
internal abstract record RandomShape
{
    private static readonly string[] Texts = ["a", "b", "c"];

    /// <summary>Our schema of the place.</summary>
    public abstract SchemaNode Node { get; }

    /// <summary>The type of the place in the language of structured-merge-diff.</summary>
    public abstract JsonObject Upstream { get; }

    /// <summary>A value that fits.</summary>
    public abstract JsonNode? Value(Random chance);

    /// <summary>Brings the items of associative lists into one order, which differs between versions of the library, and makes null of a container without items:
    /// where nothing is left of one, the library leaves null and we leave it empty, and no client of a built-in kind sees either.</summary>
    public abstract JsonNode? Sorted(JsonNode? value);

    /// <summary>A shape with at most so many levels below it.</summary>
    public static RandomShape Of(Random chance, int depth) => chance.Next(depth <= 0 ? 3 : 11) switch
    {
        0 => new Scalar(SchemaType.String, null),
        1 => new Scalar(SchemaType.Integer, null),
        2 => new Scalar(SchemaType.Boolean, null),
        3 or 4 => Struct.Made(chance, depth, isAtomic: chance.Next(5) == 0),
        5 => new Map(Of(chance, depth - 1), chance.Next(4) == 0),
        6 => new List(Of(chance, depth - 1)),
        7 => new Set(new Scalar(chance.Next(2) == 0 ? SchemaType.String : SchemaType.Integer, null)),
        8 or 9 => Keyed.Made(chance, depth),
        _ => new Unknown(),
    };

    internal sealed record Scalar(SchemaType Type, JsonNode? Default) : RandomShape
    {
        public override SchemaNode Node => new() { Type = Type, Default = Default };

        public override JsonObject Upstream => new() { ["scalar"] = Type == SchemaType.String ? "string" : Type == SchemaType.Integer ? "numeric" : "boolean" };

        public override JsonNode? Value(Random chance) => chance.Next(12) == 0 ? null : Known(chance);

        public JsonNode Known(Random chance) => Type switch
        {
            SchemaType.String => Texts[chance.Next(Texts.Length)],
            SchemaType.Integer => chance.Next(3),
            _ => chance.Next(2) == 0,
        };

        public override JsonNode? Sorted(JsonNode? value) => value?.DeepClone();
    }

    internal sealed record Struct(IReadOnlyDictionary<string, RandomShape> Fields, bool IsAtomic, bool KeepsUnknown) : RandomShape
    {
        public override SchemaNode Node => new SchemaNode { Type = SchemaType.Object, MapType = IsAtomic ? "atomic" : "", PreserveUnknown = KeepsUnknown }
            .WithFields(Fields.ToDictionary(one => one.Key, one => one.Value.Node), []);

        public override JsonObject Upstream
        {
            get
            {
                var map = new JsonObject
                {
                    ["fields"] = new JsonArray([.. Fields.Select(one => new JsonObject
                    {
                        ["name"] = one.Key,
                        ["type"] = one.Value.Upstream,
                        ["default"] = (one.Value as Scalar)?.Default?.DeepClone(),
                    })]),
                };
                if (KeepsUnknown)
                {
                    map["elementType"] = new JsonObject { ["namedType"] = "__untyped_deduced_" };
                }

                if (IsAtomic)
                {
                    map["elementRelationship"] = "atomic";
                }

                return new JsonObject { ["map"] = map };
            }
        }

        public static Struct Made(Random chance, int depth, bool isAtomic = false) => new(
            Enumerable.Range(0, chance.Next(1, 5)).ToDictionary(i => $"f{i}", _ => RandomShape.Of(chance, depth - 1)), isAtomic, chance.Next(4) == 0);

        public override JsonNode? Value(Random chance) => chance.Next(15) == 0 ? null : Known(chance);

        /// <summary>A value that is not empty, as no configuration is: it names its kind at least.</summary>
        public JsonObject Filled(Random chance)
        {
            for (var value = Known(chance); ; value = Known(chance))
            {
                if (value.Count > 0)
                {
                    return value;
                }
            }
        }

        public JsonObject Known(Random chance)
        {
            var value = new JsonObject();
            foreach (var (name, shape) in Fields.Where(_ => chance.Next(5) < 3))
            {
                value[name] = shape.Value(chance);
            }

            if (KeepsUnknown && chance.Next(2) == 0)
            {
                value["x" + chance.Next(2)] = new Unknown().Value(chance);
            }

            return value;
        }

        public override JsonNode? Sorted(JsonNode? value) => IsAtomic ? value?.DeepClone()
            : value is not JsonObject { Count: > 0 } members ? null
            : new JsonObject(members.Select(member => KeyValuePair.Create(
                member.Key, Fields.TryGetValue(member.Key, out var shape) ? shape.Sorted(member.Value) : new Unknown().Sorted(member.Value))));
    }

    internal sealed record Map(RandomShape Values, bool IsAtomic) : RandomShape
    {
        public override SchemaNode Node => new() { Type = SchemaType.Object, AdditionalProperties = Values.Node, MapType = IsAtomic ? "atomic" : "" };

        public override JsonObject Upstream => new()
        {
            ["map"] = new JsonObject { ["elementType"] = Values.Upstream, ["elementRelationship"] = IsAtomic ? "atomic" : "separable" },
        };

        public override JsonNode? Value(Random chance)
        {
            if (chance.Next(15) == 0)
            {
                return null;
            }

            var value = new JsonObject();
            foreach (var name in Texts.Where(_ => chance.Next(3) == 0))
            {
                value[name] = Values.Value(chance);
            }

            return value;
        }

        public override JsonNode? Sorted(JsonNode? value) => IsAtomic ? value?.DeepClone()
            : value is JsonObject { Count: > 0 } members ? new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, Values.Sorted(member.Value))))
            : null;
    }

    internal sealed record List(RandomShape Items) : RandomShape
    {
        public override SchemaNode Node => new() { Type = SchemaType.Array, Items = Items.Node, ListType = "atomic" };

        public override JsonObject Upstream => new() { ["list"] = new JsonObject { ["elementType"] = Items.Upstream, ["elementRelationship"] = "atomic" } };

        public override JsonNode? Value(Random chance) =>
            chance.Next(15) == 0 ? null : new JsonArray([.. Enumerable.Range(0, chance.Next(3)).Select(_ => Items.Value(chance))]);

        public override JsonNode? Sorted(JsonNode? value) => value?.DeepClone();
    }

    internal sealed record Set(Scalar Items) : RandomShape
    {
        public override SchemaNode Node => new() { Type = SchemaType.Array, Items = Items.Node, ListType = "set" };

        public override JsonObject Upstream => new() { ["list"] = new JsonObject { ["elementType"] = Items.Upstream, ["elementRelationship"] = "associative" } };

        public override JsonNode? Value(Random chance) => chance.Next(15) == 0
            ? null
            : new JsonArray([.. Enumerable.Range(0, chance.Next(4)).Select(_ => Items.Known(chance)).DistinctBy(item => item.ToJsonString())]);

        public override JsonNode? Sorted(JsonNode? value) =>
            value is JsonArray { Count: > 0 } items ? new JsonArray([.. items.Select(item => item?.DeepClone()).OrderBy(item => item?.ToJsonString(), StringComparer.Ordinal)]) : null;
    }

    internal sealed record Keyed(IReadOnlyDictionary<string, Scalar> Keys, Struct Items) : RandomShape
    {
        public override SchemaNode Node => new() { Type = SchemaType.Array, Items = Items.Node, ListType = "map", ListMapKeys = [.. Keys.Keys] };

        public override JsonObject Upstream => new()
        {
            ["list"] = new JsonObject
            {
                ["elementType"] = Items.Upstream,
                ["elementRelationship"] = "associative",
                ["keys"] = new JsonArray([.. Keys.Keys.Select(key => JsonValue.Create(key))]),
            },
        };

        public static Keyed Made(Random chance, int depth)
        {
            var keys = Enumerable.Range(0, chance.Next(1, 3)).ToDictionary(i => $"k{i}", i =>
            {
                var plain = new Scalar(chance.Next(2) == 0 ? SchemaType.String : SchemaType.Integer, null);

                // The last key may be left out, for it has a default.
                return i == 1 && chance.Next(2) == 0 ? plain with { Default = plain.Known(chance) } : plain;
            });
            var rest = Struct.Made(chance, depth - 1);
            return new Keyed(keys, rest with { Fields = rest.Fields.Concat(keys.Select(key => KeyValuePair.Create<string, RandomShape>(key.Key, key.Value))).ToDictionary() });
        }

        public override JsonNode? Value(Random chance)
        {
            if (chance.Next(15) == 0)
            {
                return null;
            }

            var items = Enumerable.Range(0, chance.Next(4)).Select(_ => Item(chance)).DistinctBy(Key);
            return new JsonArray([.. items]);
        }

        public override JsonNode? Sorted(JsonNode? value) => value is JsonArray { Count: > 0 } items
            ? new JsonArray([.. items.OfType<JsonObject>().OrderBy(Key, StringComparer.Ordinal).Select(item => Items.Sorted(item))])
            : null;

        private JsonObject Item(Random chance)
        {
            var item = Items.Known(chance);
            foreach (var (name, key) in Keys)
            {
                item.Remove(name);
                if (key.Default is null || chance.Next(2) == 0)
                {
                    item[name] = key.Known(chance);
                }
            }

            return item;
        }

        private string Key(JsonObject item) => string.Join('|', Keys.Select(key => (item[key.Key] ?? key.Value.Default)?.ToJsonString()));
    }

    /// <summary>What the schema does not know and keeps: maps are told apart by field, all else is one piece.</summary>
    internal sealed record Unknown : RandomShape
    {
        public override SchemaNode Node => SchemaNode.Any;

        public override JsonObject Upstream => new() { ["namedType"] = "__untyped_deduced_" };

        public override JsonNode? Value(Random chance) => chance.Next(6) switch
        {
            0 => Texts[chance.Next(Texts.Length)],
            1 => chance.Next(3),
            2 => new JsonArray(chance.Next(2), "z"),
            3 => null,
            4 => new JsonObject(),
            _ => new JsonObject([.. Texts.Where(_ => chance.Next(2) == 0).Select(name => KeyValuePair.Create<string, JsonNode?>(name, chance.Next(3)))]),
        };

        public override JsonNode? Sorted(JsonNode? value) => value is JsonObject { Count: 0 } ? null : value?.DeepClone();
    }
}
