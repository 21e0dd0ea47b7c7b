using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Registry;
using Orchestrator.Api.Tests.Machinery;

namespace Orchestrator.Api.Tests.Fuzz;

/// <summary>Whatever is sent, a write is decided or refused with a Status: nothing throws, nothing takes long.</summary>
public sealed class WriteFuzzTests
{
    private static readonly DeciderFixture Cluster = new()
    {
        Decider = new WriteDecider(KindRegistry.BuiltIn),
        Others =
        {
            DeciderFixture.Raw(new ObjectKey("", "namespaces", "", "ns"), """{"metadata":{"name":"ns"},"status":{"phase":"Active"}}"""),
            DeciderFixture.Raw(new ObjectKey("", "serviceaccounts", "ns", "default"), """{"metadata":{"name":"default","namespace":"ns"}}"""),
        },
    };

    [Fact]
    public void Bodies_of_all_sorts_are_created_or_refused() => Fuzzing.Run(random =>
    {
        var (key, version, good) = Samples.All[random.Next(Samples.All.Length)];
        var body = Mutations.Text(random, Mutations.Document(random, good).ToJsonString());

        Accept(Cluster.Decider.Create(key, JsonText.Repair(body), Options(random, version), Cluster.At));
    });

    [Fact]
    public void Replacements_of_all_sorts_are_written_or_refused() => Fuzzing.Run(random =>
    {
        var (key, version, good) = Samples.All[random.Next(Samples.All.Length)];
        var current = DeciderFixture.Raw(key, Stored(good));

        Accept(Cluster.Decider.Update(current, JsonText.Repair(Mutations.Text(random, Mutations.Document(random, good).ToJsonString())), Options(random, version), Cluster.At));
    });

    [Fact]
    public void Patches_of_all_formats_are_applied_or_refused() => Fuzzing.Run(random =>
    {
        var (key, version, good) = Samples.All[random.Next(Samples.All.Length)];
        var current = DeciderFixture.Raw(key, Stored(good));
        var format = (PatchFormat)random.Next(4);
        var patch = format == PatchFormat.Json ? JsonPatchFuzzTests.Operations(random, good).ToJsonString() : Mutations.Document(random, good).ToJsonString();

        Accept(Cluster.Decider.Patch(key, current, format, JsonText.Repair(Mutations.Text(random, patch)), Options(random, version), Cluster.At));
    });

    [Fact]
    public void What_is_applied_twice_is_the_same_as_once() => Fuzzing.Run(random =>
    {
        var (key, version, good) = Samples.All[random.Next(Samples.All.Length)];
        var configuration = Encoding.UTF8.GetBytes(Mutations.Document(random, good).ToJsonString());
        var options = new WriteOptions { User = "tester", Version = version, FieldManager = "fuzz", Force = true };
        var creation = options with { FieldManager = "creator", Groups = ["system:masters"] };
        if (Cluster.Decider.Create(key, Encoding.UTF8.GetBytes(good.ToJsonString()), creation, Cluster.At) is not WriteDecision.Put created
            || Cluster.Decider.Patch(key, DeciderFixture.Store(key, created), PatchFormat.Apply, configuration, options, Cluster.At) is not WriteDecision.Put once)
        {
            return;
        }

        var stored = DeciderFixture.Store(key, once, revision: 8);
        var twice = Cluster.Decider.Patch(key, stored, PatchFormat.Apply, configuration, options, Cluster.At);

        Assert.True(twice is not WriteDecision.Put, twice is WriteDecision.Put put ? $"{Encoding.UTF8.GetString(stored.Document.Span)}\n{Encoding.UTF8.GetString(put.Document.Span)}" : "");
    });

    private static WriteOptions Options(Random random, string version) => new()
    {
        User = "tester",
        Groups = ["system:masters"],
        Version = version,
        FieldManager = "fuzz",
        Force = random.Next(2) == 0,
        FieldValidation = ((string[])["Strict", "Warn", "Ignore"])[random.Next(3)],
        Subresource = random.Next(5) == 0 ? "status" : "",
    };

    private static string Stored(JsonObject good)
    {
        var stored = (JsonObject)good.DeepClone();
        stored["metadata"]!["uid"] = "11111111-2222-3333-4444-555555555555";
        stored["metadata"]!["creationTimestamp"] = "2026-01-01T00:00:00Z";
        stored.Remove("stringData");
        return stored.ToJsonString();
    }

    private static void Accept(WriteDecision decision)
    {
        if (decision is WriteDecision.Reject { Status: var status })
        {
            Assert.InRange(status.Code, 400, 499);
            Assert.NotEmpty(status.Message);
        }
    }
}
