using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.Admission;
using Orchestrator.Api.CustomResources;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Registry;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Machinery;

public sealed partial class WriteDecider
{
    /// <summary>What no webhook or policy may change: who the object is, and what the server alone says of it.</summary>
    private static readonly string[] Kept =
        ["name", "namespace", "uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds", "resourceVersion", "selfLink"];

    /// <summary>Lets the plugins change the object; null: the request goes on.</summary>
    /// <remarks>Upstream: admission/reinvocation.go: when a webhook has changed what others have seen, all have a second turn.</remarks>
    private WriteDecision? Admit(Request request, AdmissionAttributes attributes)
    {
        if (Run(request, attributes, plugin => plugin.Admit(attributes)) is { } stopped)
        {
            return stopped;
        }

        if (!attributes.Reinvocation.IsNeeded)
        {
            return null;
        }

        attributes.Reinvocation.BeginSecondRound();
        return Run(request, attributes, plugin => plugin.Admit(attributes));
    }

    /// <summary>Lets the plugins look at the final object; null: the request goes on.</summary>
    private WriteDecision? ValidateAdmission(Request request, AdmissionAttributes attributes) => Run(request, attributes, plugin => plugin.Validate(attributes));

    private WriteDecision? Run(Request request, AdmissionAttributes attributes, Func<IAdmissionPlugin, ApiStatus?> step)
    {
        foreach (var plugin in plugins)
        {
            if (step(plugin) is { } refused)
            {
                return request.Reject(refused);
            }

            if (attributes.Asks.Count > 0)
            {
                return new WriteDecision.Ask([.. attributes.Asks]);
            }
        }

        return null;
    }

    private AdmissionAttributes Attributes(Request request, AdmissionOperation operation, JsonObject? obj, JsonObject? old) => new()
    {
        Operation = operation,
        UpdateVerb = request.Verb,
        Kind = request.Kind,
        Key = request.Key,
        Subresource = request.Options.Subresource,
        Object = obj,
        OldObject = old,
        Options = request.Options,
        At = request.At,
        Warnings = request.Warnings,
        Companions = request.Companions,
        OtherVersions = () => registry().All.Where(kind => kind.StorageResource == request.Kind.StorageResource && kind != request.Kind),
        FindKind = (version, kind) => registry().Find(new GroupVersionKind(version.Group, version.Version, kind)),
        TakeOver = (changed, kind) => TakeOver(request, obj, changed, kind),
    };

    /// <summary>The request to create a subresource whose object is of another kind: a binding, an eviction.</summary>
    private WriteDecision? AdmitSubresource(Request request, JsonObject body)
    {
        var attributes = Attributes(request, AdmissionOperation.Create, body, null) with
        {
            HasObjectOfKind = false,
            TakeOver = (changed, _) => Replace(body, changed),
        };
        return Admit(request, attributes) ?? ValidateAdmission(request, attributes);
    }

    /// <summary>Decodes what a webhook or policy made of the object as if it had been sent, and puts it into the object's place.</summary>
    private static ApiStatus? TakeOver(Request request, JsonObject? obj, JsonNode? changed, ResourceKind kind)
    {
        if (obj is null || changed is not JsonObject given)
        {
            return NothingLeft();
        }

        if (request.Options.Subresource == "scale")
        {
            // What was shown is a view of the workload; only its replicas are a part of it.
            if (obj["spec"] is JsonObject spec)
            {
                spec["replicas"] = (given["spec"] as JsonObject).Whole("replicas") ?? 0;
            }

            return null;
        }

        var text = Encoding.UTF8.GetBytes(GoText.Json(changed));
        var decoded = kind.Custom is { } custom ? CustomDecoder.Read(text, custom) : SchemaDecoder.Decode(text, Schema(kind));
        if (decoded.Object is not { } taken)
        {
            return decoded.Fault is { } fault ? Statuses.InternalError(fault) : NothingLeft();
        }

        (taken["kind"], taken["apiVersion"]) = (kind.Kind, kind.ApiVersion);
        VersionConversion.ToStorage(taken, kind);
        Fill(request, taken);
        RewriteSent(request, request.Sent, taken, sorts: false);
        foreach (var field in Kept)
        {
            taken.Metadata().CopyField(field, obj.Metadata());
        }

        return Replace(obj, taken);
    }

    private static ApiStatus NothingLeft() => Statuses.InternalError("an admission plugin left no object");

    private static ApiStatus? Replace(JsonObject obj, JsonNode? changed)
    {
        if (changed is not JsonObject taken)
        {
            return NothingLeft();
        }

        obj.Clear();
        foreach (var (name, value) in taken.ToList())
        {
            taken.Remove(name);
            obj[name] = value;
        }

        return null;
    }
}
