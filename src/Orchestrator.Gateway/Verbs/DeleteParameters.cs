using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Gateway.Requests;
using Orchestrator.Grains.Objects;

namespace Orchestrator.Gateway.Verbs;

/// <summary>How an object is to be deleted: DeleteOptions in the body or, without one, in the query.</summary>
/// <remarks>Upstream: apiserver/pkg/endpoints/handlers/delete.go.</remarks>
internal sealed record DeleteParameters(DeleteCall Delete, bool DryRun)
{
    /// <summary>Of options that say a thing twice nobody knows what they say.</summary>
    private static readonly JsonDocumentOptions NoDuplicates = new() { AllowDuplicateProperties = false };

    /// <summary>Reads and checks them.</summary>
    public static async Task<(DeleteParameters? Parameters, ApiStatus? Fault)> ReadAsync(GatewayServices gateway, ApiRequest request)
    {
        var (body, fault) = await WriteBody.ReadAsync(gateway, request);
        if (body is null)
        {
            return (null, fault);
        }

        if (body.Length == 0)
        {
            return request.Http.Request.Query.IntegerFault("gracePeriodSeconds") is { } notNumber ? (null, notNumber) : Check(FromQuery(request));
        }

        try
        {
            return JsonNode.Parse(body, documentOptions: NoDuplicates) is JsonObject options
                ? Check(options)
                : (null, Statuses.BadRequest("the object provided is unrecognized (must be of type DeleteOptions): couldn't get version/kind"));
        }
        catch (JsonException malformed)
        {
            return (null, Statuses.BadRequest("the object provided is unrecognized (must be of type DeleteOptions): couldn't get version/kind; json parse error: " + malformed.Message));
        }
    }

    private static JsonObject FromQuery(ApiRequest request)
    {
        var options = new JsonObject();
        if (request.Query("propagationPolicy") is { Length: > 0 } policy)
        {
            options["propagationPolicy"] = policy;
        }

        if (long.TryParse(request.Query("gracePeriodSeconds"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var grace))
        {
            options["gracePeriodSeconds"] = grace;
        }

        if (request.Query("orphanDependents") is { Length: > 0 } orphan)
        {
            options["orphanDependents"] = QueryValues.IsTrue(orphan);
        }

        var dryRun = request.Http.Request.Query["dryRun"];
        if (dryRun.Count > 0)
        {
            options["dryRun"] = new JsonArray([.. dryRun.Select(value => JsonValue.Create(value))]);
        }

        return options;
    }

    private static (DeleteParameters? Parameters, ApiStatus? Fault) Check(JsonObject options)
    {
        var errors = new List<FieldError>();
        var policy = Text(options, "propagationPolicy");
        if (policy is not (null or "" or "Foreground" or "Background" or "Orphan"))
        {
            errors.Add(FieldError.NotSupported("propagationPolicy", policy, "Foreground", "Background", "Orphan", "nil"));
        }

        var orphan = options["orphanDependents"] is JsonValue flag && flag.TryGetValue<bool>(out var wanted) ? wanted : (bool?)null;
        if (orphan is not null && !string.IsNullOrEmpty(policy))
        {
            errors.Add(FieldError.Invalid("propagationPolicy", policy, "orphanDependents and deletionPropagation cannot be both set"));
        }

        var dryRun = (options["dryRun"] as JsonArray ?? []).Select(value => value?.ToString() ?? "").Where(value => value.Length > 0).ToList();
        WriteParameters.CheckDryRun(errors, dryRun);
        if (errors.Count > 0)
        {
            return (null, Statuses.Invalid("meta.k8s.io", "DeleteOptions", "", errors));
        }

        var preconditions = options["preconditions"] as JsonObject;
        var delete = new DeleteCall
        {
            Uid = Text(preconditions, "uid"),
            ResourceVersion = Text(preconditions, "resourceVersion"),
            GracePeriodSeconds = options["gracePeriodSeconds"] is JsonValue grace && grace.TryGetValue<long>(out var seconds) ? seconds : null,
            PropagationPolicy = string.IsNullOrEmpty(policy) ? orphan switch { true => "Orphan", false => "Background", null => null } : policy,
        };
        return (new DeleteParameters(delete, dryRun.Count > 0), null);
    }

    private static string? Text(JsonObject? parent, string name) =>
        parent?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
