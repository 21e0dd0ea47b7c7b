using System.Text;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Store.Commits;

namespace Orchestrator.Store.Tests;

/// <summary>Builds the objects and writes of the tests.</summary>
internal static class Make
{
    public static ObjectKey ConfigMap(string name, string ns = "default") => new("", "configmaps", ns, name);

    public static ObjectKey Namespace(string name) => new("", "namespaces", "", name);

    public static byte[] Document(ObjectKey key, string value = "", string extra = "") =>
        Encoding.UTF8.GetBytes($$$"""{"kind":"X","metadata":{"name":"{{{key.Name}}}"{{{extra}}}},"value":"{{{value}}}"}""");

    public static CommitRequest Write(ObjectKey key, Revision expected = default, string value = "", string extra = "") =>
        new() { Key = key, Expected = expected, Document = Document(key, value, extra) };

    public static CommitRequest Remove(ObjectKey key, Revision expected) => Write(key, expected) with { Removes = true };

    public static async Task<StoredObject> PutAsync(this IObjectStore store, CommitRequest request)
    {
        var outcome = await store.CommitAsync(request, TestContext.Current.CancellationToken);
        return Assert.IsType<CommitOutcome.Committed>(outcome).Object;
    }

    public static string Text(this StoredObject stored) => Encoding.UTF8.GetString(stored.Document.Span);
}
