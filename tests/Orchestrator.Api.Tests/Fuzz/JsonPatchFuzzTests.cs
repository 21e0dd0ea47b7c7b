using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.Patching;

namespace Orchestrator.Api.Tests.Fuzz;

public sealed class JsonPatchFuzzTests
{
    private static readonly string[] Verbs = ["add", "remove", "replace", "move", "copy", "test", "none"];

    [Fact]
    public void A_patch_is_applied_whole_or_not_at_all() => Fuzzing.Run(random =>
    {
        var good = Samples.All[random.Next(Samples.All.Length)].Document;
        var before = good.ToJsonString();
        var operations = Operations(random, good);

        var result = JsonPatch.Apply(good, Encoding.UTF8.GetBytes(operations.ToJsonString()), null);

        Assert.Equal(before, good.ToJsonString());
        if (result.Failure is null && operations.Count > 1)
        {
            // All at once comes to the same as one by one.
            var step = good.DeepClone();
            foreach (var operation in operations)
            {
                var single = JsonPatch.Apply(step, Encoding.UTF8.GetBytes(new JsonArray(operation!.DeepClone()).ToJsonString()), null);
                Assert.Null(single.Failure);
                step = single.Result;
            }

            Assert.Equal(step?.ToJsonString(), result.Result?.ToJsonString());
        }
    });

    [Fact]
    public void A_merge_patch_leaves_the_current_object_alone_and_is_idempotent() => Fuzzing.Run(random =>
    {
        var good = Samples.All[random.Next(Samples.All.Length)].Document;
        var before = good.ToJsonString();
        var patch = Encoding.UTF8.GetBytes(Mutations.Document(random, good).ToJsonString());

        var once = MergePatch.Apply(good, patch, null);

        Assert.Equal(before, good.ToJsonString());
        if (once.Failure is null)
        {
            Assert.Equal(once.Result?.ToJsonString(), MergePatch.Apply(once.Result, patch, null).Result?.ToJsonString());
        }
    });

    /// <summary>Operations, most of them on places that exist.</summary>
    public static JsonArray Operations(Random random, JsonObject target)
    {
        var operations = new JsonArray();
        for (var count = random.Next(1, 5); count > 0; count--)
        {
            var operation = new JsonObject { ["op"] = Verbs[random.Next(Verbs.Length)], ["path"] = Path(random, target) };
            if (random.Next(4) > 0)
            {
                operation["value"] = Mutations.Value(random);
            }

            if (random.Next(2) == 0)
            {
                operation["from"] = Path(random, target);
            }

            operations.Add(operation);
        }

        return operations;
    }

    private static string Path(Random random, JsonNode? at)
    {
        if (random.Next(10) == 0)
        {
            return Mutations.Word(random);
        }

        var path = new StringBuilder();
        while (random.Next(4) > 0)
        {
            switch (at)
            {
                case JsonObject { Count: > 0 } members:
                    var (name, value) = members.ElementAt(random.Next(members.Count));
                    path.Append('/').Append(name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));
                    at = value;
                    break;
                case JsonArray { Count: > 0 } items:
                    var index = random.Next(-2, items.Count + 2);
                    path.Append('/').Append(random.Next(5) == 0 ? "-" : index.ToString(System.Globalization.CultureInfo.InvariantCulture));
                    at = index >= 0 && index < items.Count ? items[index] : null;
                    break;
                default:
                    return path.Append('/').Append(Mutations.Word(random)).ToString();
            }
        }

        return path.ToString();
    }
}
