using Orchestrator.Api.Machinery;
using Orchestrator.Grains.Objects;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Orchestrator.Gateway.Requests;

/// <summary>The parameters that all writes share: dryRun, fieldManager, fieldValidation, force.</summary>
/// <remarks>Upstream: apimachinery/pkg/apis/meta/v1/validation. The name of the options type stands in the messages.</remarks>
internal static class WriteParameters
{
    private const int MaxFieldManagerLength = 128;

    /// <summary>What the grain is told about the write, or what is wrong with the parameters.</summary>
    /// <param name="request">The request.</param>
    /// <param name="options">CreateOptions, UpdateOptions, PatchOptions or DeleteOptions.</param>
    /// <param name="apply">True for server-side apply.</param>
    public static (WriteCall? Call, ApiStatus? Fault) Read(ApiRequest request, string options, bool apply = false)
    {
        var query = request.Http.Request.Query;
        var errors = new List<FieldError>();
        var dryRun = query["dryRun"].OfType<string>().Where(value => value.Length > 0).ToList();
        var manager = request.Query("fieldManager");
        var validation = request.Query("fieldValidation");
        var force = query.ContainsKey("force");
        CheckManager(errors, manager, apply);
        if (force && options == "PatchOptions" && !apply)
        {
            errors.Add(FieldError.Forbidden("force", "may not be specified for non-apply patch"));
        }

        CheckDryRun(errors, dryRun);
        if (validation is not ("" or "Ignore" or "Strict" or "Warn"))
        {
            errors.Add(FieldError.NotSupported("fieldValidation", JsonValue.Create(validation), ["", "Ignore", "Strict", "Warn"]));
        }

        return errors.Count > 0
            ? (null, Statuses.Invalid("meta.k8s.io", options, "", errors))
            : (Call(request, dryRun.Count > 0, manager, validation, force && QueryValues.IsTrue(request.Query("force"))), null);
    }

    /// <summary>The call without parameters, as deletes with a body use it.</summary>
    public static WriteCall Call(ApiRequest request, bool dryRun, string manager = "", string validation = "", bool force = false) => new()
    {
        User = request.User.Name,
        UserUid = request.User.Uid,
        Groups = [.. request.User.Groups],
        UserExtra = [.. request.User.Extra.Select(extra => new UserExtra(extra.Key, [.. extra.Value]))],
        DryRun = dryRun,
        FieldManager = manager.Length > 0 ? manager : ManagerFromUserAgent(request.Http.Request.Headers.UserAgent.ToString()),
        FieldValidation = validation.Length > 0 ? validation : "Warn",
        Force = force,
        Subresource = request.Target.Subresource,
        // Where two groups show the same objects, the group says which of the two is meant.
        Version = request.Kind.StorageResource == request.Kind.GroupResource ? request.Kind.Version : request.Kind.ApiVersion,
        DefinitionRevision = request.Kind.Custom?.Definition.Revision.Value ?? 0,
        Cause = "request:" + request.Http.TraceIdentifier,
        TraceParent = Activity.Current?.Id ?? "",
    };

    /// <summary>Checks dryRun, whose only value is All.</summary>
    public static void CheckDryRun(List<FieldError> errors, IReadOnlyList<string> dryRun)
    {
        if (dryRun.Any(value => value != "All"))
        {
            errors.Add(FieldError.NotSupported("dryRun", new JsonArray([.. dryRun.Select(value => JsonValue.Create(value))]), ["All"]));
        }
    }

    private static void CheckManager(List<FieldError> errors, string manager, bool apply)
    {
        if (apply && manager.Length == 0)
        {
            errors.Add(FieldError.Required("fieldManager", "is required for apply patch"));
        }
        else if (manager.Length > MaxFieldManagerLength)
        {
            errors.Add(FieldError.TooLong("fieldManager", MaxFieldManagerLength));
        }
        else if (manager.Any(char.IsControl))
        {
            errors.Add(FieldError.Invalid("fieldManager", JsonValue.Create(manager), "should only contain printable characters"));
        }
    }

    private static string ManagerFromUserAgent(string agent)
    {
        var name = agent.Split('/', 2)[0];
        name = new string([.. name.Where(letter => !char.IsControl(letter))]);
        return name.Length > MaxFieldManagerLength ? name[..MaxFieldManagerLength] : name;
    }
}
