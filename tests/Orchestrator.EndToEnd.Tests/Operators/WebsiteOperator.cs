using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Orchestrator.EndToEnd.Tests.Operators;

/// <summary>An operator as anyone would write it for any Kubernetes: it watches Websites, makes a ConfigMap for each, reports in the status,
/// and lets a Website go after it has cleaned up.</summary>
public sealed class WebsiteOperator(Kubernetes client, string ns)
{
    public const string Group = "test.example.com";
    public const string Finalizer = Group + "/cleanup";

    /// <summary>What it was asked to clean up.</summary>
    public List<string> CleanedUp { get; } = [];

    /// <summary>Lists, then follows from there; lists again when the watch ends. Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var websites = new GenericClient(client, Group, "v1", "websites", disposeClient: false);
        while (!cancellationToken.IsCancellationRequested)
        {
            var list = await websites.ListNamespacedAsync<WebsiteList>(ns, cancel: cancellationToken);
            foreach (var website in list.Items)
            {
                await ReconcileAsync(websites, website, cancellationToken);
            }

            await foreach (var (type, website) in client.CustomObjects.WatchListNamespacedCustomObjectAsync(
                Group, "v1", ns, "websites", resourceVersion: list.Metadata.ResourceVersion, cancellationToken: cancellationToken))
            {
                if (type is WatchEventType.Added or WatchEventType.Modified)
                {
                    await ReconcileAsync(websites, ((JsonElement)website).Deserialize<Website>()!, cancellationToken);
                }
            }
        }
    }

    private async Task ReconcileAsync(GenericClient websites, Website website, CancellationToken cancellationToken)
    {
        try
        {
            if (website.Metadata.DeletionTimestamp is not null)
            {
                await CleanUpAsync(websites, website, cancellationToken);
            }
            else if (!website.HasFinalizer(Finalizer))
            {
                website.AddFinalizer(Finalizer);
                await websites.ReplaceNamespacedAsync(website, ns, website.Name(), cancellationToken);
            }
            else if (website.Status?.ObservedGeneration != website.Metadata.Generation)
            {
                await PublishAsync(website, cancellationToken);
            }
        }
        catch (HttpOperationException conflict) when (conflict.Response.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.NotFound)
        {
            // Somebody else was faster: the event of that change brings the fresh object.
        }
    }

    private async Task CleanUpAsync(GenericClient websites, Website website, CancellationToken cancellationToken)
    {
        if (website.HasFinalizer(Finalizer))
        {
            CleanedUp.Add(website.Name());
            website.RemoveFinalizer(Finalizer);
            await websites.ReplaceNamespacedAsync(website, ns, website.Name(), cancellationToken);
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

public sealed class WebsiteList : IKubernetesObject<V1ListMeta>
{
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; } = WebsiteOperator.Group + "/v1";

    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "WebsiteList";

    [JsonPropertyName("metadata")]
    public V1ListMeta Metadata { get; set; } = new();

    [JsonPropertyName("items")]
    public List<Website> Items { get; set; } = [];
}

internal static class WebsiteJson
{
    /// <summary>As the client writes its own models: fields that are not set are left out.</summary>
    public static readonly JsonSerializerOptions Options = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
}
