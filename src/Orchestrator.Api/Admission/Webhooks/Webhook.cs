using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Orchestrator.Api.Admission.Matching;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Registry;
using Orchestrator.Api.Views;

namespace Orchestrator.Api.Admission.Webhooks;

/// <summary>One webhook of a configuration.</summary>
internal sealed class Webhook
{
    private const long DefaultTimeoutSeconds = 10;

    // A configuration is read once however many requests it is asked about; it lives as long as the stored object.
    private static readonly ConditionalWeakTable<StoredObject, Webhook[]> Read = [];

    private readonly JsonObject hook;

    private Webhook(StoredObject configuration, JsonObject hook, int index)
    {
        this.hook = hook;
        Name = hook.Text("name");
        Identity = $"{configuration.Key}/{index}/{Name}";
        Rules = [.. hook.Items("rules")];
        ReviewVersion = hook.Texts("admissionReviewVersions").FirstOrDefault(version => version is "v1" or "v1beta1");
        Target = WebhookTarget.Of(hook.Object("clientConfig"), hook.Integer("timeoutSeconds") ?? DefaultTimeoutSeconds);
    }

    /// <summary>The name, as messages have it.</summary>
    public string Name { get; }

    /// <summary>What tells it from all other webhooks.</summary>
    public string Identity { get; }

    /// <summary>What requests it is asked about.</summary>
    public IReadOnlyList<JsonObject> Rules { get; }

    /// <summary>The version of reviews that it reads; null when it reads none that the server knows.</summary>
    public string? ReviewVersion { get; }

    /// <summary>Where it is.</summary>
    public WebhookTarget Target { get; }

    /// <summary>True: a request goes on when the webhook cannot be asked.</summary>
    public bool FailsOpen => hook.Text("failurePolicy") == "Ignore";

    /// <summary>True: it may be asked about requests that change nothing.</summary>
    public bool AllowsDryRun => hook.Text("sideEffects") is "None" or "NoneOnDryRun";

    /// <summary>True: it is asked again when the object changes after it was asked.</summary>
    public bool IsReinvocable => hook.Text("reinvocationPolicy") == "IfNeeded";

    /// <summary>The conditions beyond rules and selectors.</summary>
    public IEnumerable<JsonObject> Conditions => hook.Items("matchConditions");

    /// <summary>The webhooks of all configurations of a resource: by the configurations' names, then in their order.</summary>
    public static IEnumerable<Webhook> All(IClusterView view, GroupResource configurations) => view.List(configurations)
        .OrderBy(stored => stored.Key.Name, StringComparer.Ordinal)
        .SelectMany(stored => Read.GetValue(stored, Parse));

    /// <summary>The kind as which the webhook is asked about a request; null when it is not asked.</summary>
    public ResourceKind? Match(AdmissionAttributes attributes) =>
        ResourceRules.Match(Rules, hook.Text("matchPolicy") != "Exact", attributes) is { } kind
        && MatchSelectors.ChooseNamespace(hook.Object("namespaceSelector"), attributes)
        && MatchSelectors.ChooseObject(hook.Object("objectSelector"), attributes)
            ? kind
            : null;

    private static Webhook[] Parse(StoredObject stored) =>
        [.. stored.ToJson().Items("webhooks").Select((hook, index) => new Webhook(stored, hook, index))];
}
