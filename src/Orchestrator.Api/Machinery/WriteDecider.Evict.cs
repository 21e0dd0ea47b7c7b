using System.Text.Json.Nodes;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Schema;
using Orchestrator.Api.Selectors;

namespace Orchestrator.Api.Machinery;

public sealed partial class WriteDecider
{
    /// <summary>When an eviction is worth another try whose budget has not been counted yet. Of a budget that is used up nobody can tell when.</summary>
    private const int UncountedRetrySeconds = 10;

    private const string Blocked = "Cannot evict pod as it would violate the pod's disruption budget.";

    private static readonly GroupVersionKind Eviction = new("policy", "v1", "Eviction");
    private static readonly GroupResource Budgets = new("policy", "poddisruptionbudgets");

    /// <summary>Deletes a pod unless that would violate its disruption budget.</summary>
    /// <remarks>Upstream: pkg/registry/core/pod/storage/eviction.go.</remarks>
    private WriteDecision Evict(Request request, StoredObject current, ReadOnlySpan<byte> body)
    {
        var decoded = ObjectDecoder.Decode(body, Eviction, OpenApiSchemas.For(Eviction) ?? SchemaNode.Any, request.Options.FieldValidation);
        if (decoded.Object is not { } eviction)
        {
            return request.Reject(decoded.Failure!);
        }

        if (MatchKey(eviction.Metadata(), request.Key) is { } mismatch)
        {
            return request.Reject(mismatch);
        }

        if (AdmitSubresource(request, eviction) is { } stopped)
        {
            return stopped;
        }

        var pod = DocumentEncoding.Decode(current.Document);
        var isOver = (pod["status"] as JsonObject).Text("phase") is "Succeeded" or "Failed" or "Pending";
        if (!isOver && pod.Metadata().Text("deletionTimestamp").Length == 0 && BudgetFault(request, pod) is { } blocked)
        {
            return request.Reject(blocked);
        }

        var options = eviction["deleteOptions"] as JsonObject;
        var preconditions = options?["preconditions"] as JsonObject;
        return DeleteObject(request, current, new DeleteOptions
        {
            GracePeriodSeconds = options.Whole("gracePeriodSeconds"),
            PropagationPolicy = options.Text("propagationPolicy") is { Length: > 0 } policy ? policy : null,
            Uid = preconditions.Text("uid") is { Length: > 0 } uid ? uid : null,
            ResourceVersion = preconditions.Text("resourceVersion") is { Length: > 0 } version ? version : null,
        });
    }

    private static ApiStatus? BudgetFault(Request request, JsonObject pod)
    {
        var labels = (pod.Metadata()["labels"] as JsonObject ?? []).ToDictionary(pair => pair.Key, pair => pair.Value?.ToString() ?? "");
        var budgets = request.At.View.List(Budgets, request.Key.Namespace)
            .Select(stored => DocumentEncoding.Decode(stored.Document))
            .Where(budget => LabelSelector.FromJson((budget["spec"] as JsonObject)?["selector"], out var selector) is null && selector.Matches(labels))
            .ToList();
        if (budgets.Count > 1)
        {
            return new ApiStatus(500, "InternalError", "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.");
        }

        if (budgets.Count == 0)
        {
            return null;
        }

        var (name, status) = (budgets[0].Metadata().Text("name"), budgets[0]["status"] as JsonObject);
        if ((status.Whole("observedGeneration") ?? 0) < (budgets[0].Metadata().Whole("generation") ?? 0))
        {
            return Because(UncountedRetrySeconds, $"The disruption budget {name} is still being processed by the server.");
        }

        return status.Whole("disruptionsAllowed") > 0
            ? null
            : Because(0, $"The disruption budget {name} needs {Text(status.Whole("desiredHealthy") ?? 0)} healthy pods and has {Text(status.Whole("currentHealthy") ?? 0)} currently");
    }

    private static ApiStatus Because(int retrySeconds, string cause) =>
        Statuses.TooManyRequests(Blocked, retrySeconds) with { Causes = [new StatusCause("DisruptionBudget", cause, null)] };
}
