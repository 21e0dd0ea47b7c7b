using System.Text.Json;
using System.Text.Json.Serialization;
using k8s;
using k8s.Models;

namespace Orchestrator.EndToEnd.Tests.Operators;

/// <summary>An operator as anyone would write it for any Kubernetes: it keeps up with Websites by an informer, makes a ConfigMap for each, reports in the
/// status, and lets a Website go after it has cleaned up.</summary>
public sealed class WebsiteOperator(Kubernetes client, string ns, TimeSpan resync)
{
    public const string Group = "test.example.com";
    public const string Finalizer = Group + "/cleanup";

    private const int Workers = 2;

    private readonly WorkQueue queue = new();

    /// <summary>What it knows of the Websites.</summary>
    public Informer<Website, WebsiteList> Websites { get; } = new(client, Group, "v1", "websites", ns, resync);

    /// <summary>What it was asked to clean up.</summary>
    public List<string> CleanedUp { get; } = [];

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Websites.Changed += queue.Add;
        await Task.WhenAll([
            Websites.RunAsync(cancellationToken),
            .. Enumerable.Range(0, Workers).Select(_ => queue.RunAsync(ReconcileAsync, cancellationToken))]);
    }

    /// <summary>Looks at what is and makes it what should be. A conflict is thrown to the queue, which comes back when the informer has caught up.</summary>
    private async Task ReconcileAsync(string name, CancellationToken cancellationToken)
    {
        if (Websites.Get(name) is not { } known)
        {
            return;
        }

        // What the informer knows is everybody's; changes are made to a copy.
        var website = JsonSerializer.Deserialize<Website>(JsonSerializer.Serialize(known))!;

        using var websites = new GenericClient(client, Group, "v1", "websites", disposeClient: false);
        if (website.Metadata.DeletionTimestamp is not null)
        {
            await CleanUpAsync(websites, website, cancellationToken);
        }
        else if (!website.HasFinalizer(Finalizer))
        {
            website.AddFinalizer(Finalizer);
            await websites.ReplaceNamespacedAsync(website, ns, website.Name(), cancellationToken);
        }
        else
        {
            await PublishAsync(website, cancellationToken);
        }
    }

    private async Task CleanUpAsync(GenericClient websites, Website website, CancellationToken cancellationToken)
    {
        if (website.HasFinalizer(Finalizer))
        {
            website.RemoveFinalizer(Finalizer);
            await websites.ReplaceNamespacedAsync(website, ns, website.Name(), cancellationToken);
            lock (CleanedUp)
            {
                CleanedUp.Add(website.Name());
            }
        }
    }

    private async Task PublishAsync(Website website, CancellationToken cancellationToken)
    {
        var page = new V1ConfigMap
        {
            Metadata = new V1ObjectMeta { Name = website.Name() + "-page", OwnerReferences = [website.MakeOwnerReference(controller: true)] },
            Data = new Dictionary<string, string> { ["index.html"] = $"<h1>{website.Spec.Title}</h1>" },
        };
        await client.CoreV1.PatchNamespacedConfigMapAsync(
            new V1Patch(JsonSerializer.Serialize(new { apiVersion = "v1", kind = "ConfigMap", metadata = page.Metadata, data = page.Data }, WebsiteJson.Options), V1Patch.PatchType.ApplyPatch),
            page.Name(), ns, fieldManager: "website-operator", force: true, cancellationToken: cancellationToken);
        if (website.Status?.ObservedGeneration == website.Metadata.Generation)
        {
            return;
        }

        await client.CustomObjects.PatchNamespacedCustomObjectStatusAsync(
            new V1Patch(JsonSerializer.Serialize(new { status = new { phase = "Published", observedGeneration = website.Metadata.Generation } }), V1Patch.PatchType.MergePatch),
            Group, "v1", ns, "websites", website.Name(), cancellationToken: cancellationToken);
    }
}

/// <summary>The operator's own kind.</summary>
public sealed class Website : IKubernetesObject<V1ObjectMeta>
{
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; } = WebsiteOperator.Group + "/v1";

    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "Website";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public WebsiteSpec Spec { get; set; } = new();

    [JsonPropertyName("status")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WebsiteStatus? Status { get; set; }

    public V1OwnerReference MakeOwnerReference(bool controller) => new()
    {
        ApiVersion = ApiVersion, Kind = Kind, Name = Metadata.Name, Uid = Metadata.Uid, Controller = controller, BlockOwnerDeletion = true,
    };
}

public sealed class WebsiteSpec
{
    [JsonPropertyName("title")]
    public string Title { get; set; } = "";
}

public sealed class WebsiteStatus
{
    [JsonPropertyName("phase")]
    public string Phase { get; set; } = "";

    [JsonPropertyName("observedGeneration")]
    public long? ObservedGeneration { get; set; }
}

public sealed class WebsiteList : IKubernetesObject<V1ListMeta>, IItems<Website>
{
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; } = WebsiteOperator.Group + "/v1";

    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "WebsiteList";

    [JsonPropertyName("metadata")]
    public V1ListMeta Metadata { get; set; } = new();

    [JsonPropertyName("items")]
    public IList<Website> Items { get; set; } = [];
}

internal static class WebsiteJson
{
    /// <summary>As the client writes its own models: fields that are not set are left out.</summary>
    public static readonly JsonSerializerOptions Options = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
}
