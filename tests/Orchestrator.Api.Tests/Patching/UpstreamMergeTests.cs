using System.Text.Json.Nodes;
using Orchestrator.Api.Patching;
using Xunit;

namespace Orchestrator.Api.Tests.Patching;

/// <summary>Server-side apply beside Kubernetes' own library: made-up kinds, managers and objects, and after each step the same object, owners and conflicts.</summary>
/// <remarks>Debian has version 4.1.2 of the library. Later ones merge the items of lists in another order, and bear items that are there twice: the
/// order is not compared here, and no list has an item twice.</remarks>
public sealed class UpstreamMergeTests
{
    private const int Seed = 20260114;
    private const int Scenarios = 800;
    private const int Steps = 10;
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public async Task What_is_applied_and_updated_comes_to_the_same_as_in_kubernetes()
    {
        Assert.SkipWhen(UpstreamMerge.Missing is not null, UpstreamMerge.Missing ?? "");
        var runs = Enumerable.Range(0, Scenarios).Select(number => Run.Of(new Random(Seed + number))).ToList();
        var answers = await UpstreamMerge.RunAsync(runs.Select(run => run.Scenario), TestContext.Current.CancellationToken);
        Assert.Equal(runs.Count, answers.Count);
        var differences = runs.Select((run, number) => run.Difference(answers[number]) is { } difference ? $"scenario {number}: {difference}" : null).OfType<string>().ToList();
        var compared = runs.Sum(run => run.Compared);
        Assert.True(differences.Count == 0, $"{differences.Count} of {Scenarios} differ:\n" + string.Join("\n\n", differences.OrderBy(one => one.Length).Take(12)));
        Assert.True(compared > Scenarios * Steps / 2, $"only {compared} steps could be compared");
    }

    /// <summary>One scenario as our side ran it, and what it came to after each step.</summary>
    private sealed class Run(RandomShape.Struct root, List<JsonObject> steps, List<JsonObject> results, List<JsonObject?> objects)
    {
        private static readonly JsonObject Untyped = (JsonObject)JsonNode.Parse("""
            {"name":"__untyped_deduced_","scalar":"untyped","list":{"elementType":{"namedType":"__untyped_atomic_"},"elementRelationship":"atomic"},
             "map":{"elementType":{"namedType":"__untyped_deduced_"},"elementRelationship":"separable"}}
            """)!;

        private static readonly JsonObject UntypedAtom = (JsonObject)JsonNode.Parse("""
            {"name":"__untyped_atomic_","scalar":"untyped","list":{"elementType":{"namedType":"__untyped_atomic_"},"elementRelationship":"atomic"},
             "map":{"elementType":{"namedType":"__untyped_atomic_"},"elementRelationship":"atomic"}}
            """)!;

        public int Compared { get; private set; }

        public JsonObject Scenario
        {
            get
            {
                var type = root.Upstream;
                type["name"] = "root";
                var schema = new JsonObject { ["types"] = new JsonArray(type, Untyped.DeepClone(), UntypedAtom.DeepClone()) };
                return new JsonObject { ["schema"] = schema.ToJsonString(), ["steps"] = new JsonArray([.. steps.Select(step => step.DeepClone())]) };
            }
        }

        public static Run Of(Random chance)
        {
            var root = RandomShape.Struct.Made(chance, 3);
            var schema = root.Node;
            var (steps, results, objects) = (new List<JsonObject>(), new List<JsonObject>(), new List<JsonObject?>());
            JsonObject? live = null;
            for (var number = 0; number < Steps; number++)
            {
                var isApply = chance.Next(3) != 0;
                var manager = isApply ? "apply" + chance.Next(3) : "update" + chance.Next(2);
                var force = chance.Next(3) == 0;
                var sent = isApply || live is null || chance.Next(4) == 0 ? root.Filled(chance) : Changed(root, live, chance);
                steps.Add(new JsonObject { ["manager"] = manager, ["apply"] = isApply, ["force"] = force, ["object"] = sent.DeepClone() });
                var writer = new FieldWriter(manager, "v1", "", Now);
                if (isApply)
                {
                    var applied = ServerSideApply.Apply(live, sent, schema, writer, force);
                    if (applied.Result is not JsonObject merged)
                    {
                        objects.Add(null);
                        results.Add(new JsonObject
                        {
                            ["conflicts"] = new JsonArray([.. applied.Failure!.Causes.Select(cause => $"{cause.Message.Split('"')[1]} {cause.Field}").Order(StringComparer.Ordinal)
                                .Select(conflict => JsonValue.Create(conflict))]),
                        });
                        continue;
                    }

                    live = merged;
                }
                else
                {
                    var written = sent;
                    written["metadata"] = live?["metadata"]?.DeepClone() ?? new JsonObject();
                    var owners = ManagedFields.AfterWrite(live, written, schema, writer);
                    written["metadata"]!["managedFields"] = owners;
                    live = written;
                }

                objects.Add(Bare(live));
                var managers = live["metadata"]?["managedFields"] as JsonArray;
                results.Add(new JsonObject
                {
                    ["object"] = root.Sorted(Bare(live)),
                    ["managers"] = new JsonObject([.. (managers ?? []).Select(entry => KeyValuePair.Create<string, JsonNode?>((string)entry!["manager"]!, entry["fieldsV1"]!.DeepClone()))]),
                });
                if (managers is null)
                {
                    // Where nobody owns anything any more our record begins anew, as the API server has it around the library.
                    break;
                }
            }

            return new Run(root, steps, results, objects);
        }

        /// <summary>Where the library came to something else; null: nowhere.</summary>
        public string? Difference(JsonArray answers)
        {
            for (var i = 0; i < results.Count; i++)
            {
                var answer = (JsonObject)answers[i]!;
                if (answer["invalid"] is { } reason)
                {
                    // Validation refuses such an object before it is merged.
                    return ((string)reason!).StartsWith("schema:", StringComparison.Ordinal) ? (string)reason! : null;
                }

                var theirs = Read(answer);
                Compared++;
                if (!IsSame(theirs, results[i]))
                {
                    var before = i == 0 ? "{}" : results.Take(i).Last(result => result["object"] is not null || i == 1).ToJsonString();
                    return $"step {i} {steps[i].ToJsonString()}\n  schema {root.Upstream.ToJsonString()}\n  before {before}\n  ours   {results[i].ToJsonString()}\n  theirs {theirs.ToJsonString()}";
                }

                if (answer["object"] is JsonObject kept && Bareness(kept) != Bareness(objects[i]))
                {
                    // An emptied container is null for them and empty for us: from here on the objects are not the same.
                    return null;
                }
            }

            return null;
        }

        /// <summary>Of several conflicts deep in one object the library may name one twice in another's stead: it appends paths to one piece of memory.</summary>
        private static bool IsSame(JsonObject theirs, JsonObject ours) => theirs["conflicts"] is JsonArray their && ours["conflicts"] is JsonArray our
            ? their.Count == our.Count && !their.Select(Text).Except(our.Select(Text)).Any()
            : JsonNode.DeepEquals(theirs, ours);

        private static string Text(JsonNode? conflict) => (string)conflict!;

        private JsonObject Read(JsonObject answer) => answer["conflicts"] is JsonArray conflicts
            ? new JsonObject
            {
                ["conflicts"] = new JsonArray([.. conflicts.Select(conflict => $"{conflict!["manager"]} {conflict["path"]}").Order(StringComparer.Ordinal).Select(text => JsonValue.Create(text))]),
            }
            : new JsonObject
            {
                ["object"] = root.Sorted(answer["object"] ?? new JsonObject()),
                ["managers"] = new JsonObject([.. (answer["managers"] as JsonObject ?? []).Select(entry => KeyValuePair.Create(entry.Key, entry.Value!["fields"]?.DeepClone()))]),
            };

        /// <summary>The live object with some of its fields as another object has them.</summary>
        private static JsonObject Changed(RandomShape.Struct root, JsonObject live, Random chance)
        {
            var changed = Bare(live);
            foreach (var (name, value) in root.Known(chance).ToList())
            {
                if (chance.Next(2) == 0)
                {
                    changed[name] = value?.DeepClone();
                }
                else if (chance.Next(3) == 0)
                {
                    changed.Remove(name);
                }
            }

            return changed;
        }

        private static (int, int, int) Bareness(JsonObject? value)
        {
            var text = value?.ToJsonString() ?? "";
            return (Count("null"), Count("{}"), Count("[]"));

            int Count(string bare) => text.Split(bare).Length;
        }

        private static JsonObject Bare(JsonObject live)
        {
            var bare = (JsonObject)live.DeepClone();
            bare.Remove("metadata");
            return bare;
        }
    }
}
