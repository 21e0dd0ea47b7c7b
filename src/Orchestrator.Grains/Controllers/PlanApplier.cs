using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Controllers.Plans;
using Orchestrator.Grains.Events;
using Orchestrator.Grains.Objects;
using Orleans.Concurrency;

namespace Orchestrator.Grains.Controllers;

/// <summary>Carries out a controller's plan through the grains of the objects, write by write, stopping at the first that does not go through.</summary>
internal sealed class PlanApplier(IGrainFactory grains, EventRecorder events)
{
    /// <summary>How often a generated name is drawn anew when it is taken. Upstream: maxNameGenerationCreateAttempts.</summary>
    private const int NameAttempts = 8;

    /// <summary>Letters of generated names: no vowels, so no words. Upstream: apimachinery/pkg/util/rand.</summary>
    private const string NameAlphabet = "bcdfghjklmnpqrstvwxz2456789";

    private const int NameSuffixLength = 5;

    /// <summary>The longest base that a suffix is added to. Upstream: names.maxGeneratedNameLength.</summary>
    private const int LongestNameBase = 63 - NameSuffixLength;

    /// <summary>Applies the plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="controller">Who made it, as in <c>deployment-controller</c>.</param>
    /// <param name="cause">The revision that it was made from, for the change log.</param>
    /// <param name="cancellationToken">Stops between writes.</param>
    public async Task<PlanOutcome> ApplyAsync(Plan plan, string controller, string cause, CancellationToken cancellationToken)
    {
        var reached = Revision.None;
        foreach (var write in plan.Writes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (write is PlannedWrite.Event happening)
            {
                events.Record(controller, happening);
                continue;
            }

            var reply = await WriteAsync(write, CallOf(controller, cause), cancellationToken);
            if (reply.Object is { } written)
            {
                reached = new Revision(Math.Max(reached.Value, written.Revision));
            }

            if (reply.Failure is { } failure && !IsSettled(write, failure))
            {
                if (write is PlannedWrite.Create { WhenRefused: { } consequences } && IsRefusal(failure))
                {
                    // What is told of a refusal must not hide it: an obstacle there is met again with the next look at the key.
                    var told = await ApplyAsync(new Plan { Writes = consequences(StatusDocuments.Message(failure)) }, controller, cause, cancellationToken);
                    reached = new Revision(Math.Max(reached.Value, told.Reached.Value));
                }

                return new PlanOutcome(reached, StatusDocuments.Message(failure));
            }
        }

        return new PlanOutcome(reached, null);
    }

    /// <summary>A deleted object that is already gone (or is a new one of the same name) is what was wanted; in a namespace that goes, nothing is.</summary>
    private static bool IsSettled(PlannedWrite write, byte[] failure) => write switch
    {
        PlannedWrite.Delete => StatusDocuments.Code(failure) is 404 or 409,
        PlannedWrite.Create => StatusDocuments.IsNamespaceTerminating(failure),
        _ => false,
    };

    /// <summary>The object itself was not accepted: not a name that is taken, not a cluster that cannot write just now.</summary>
    private static bool IsRefusal(byte[] failure) => StatusDocuments.Code(failure) is 400 or 403 or 404 or 422;

    private static WriteCall CallOf(string controller, string cause) => new()
    {
        User = "system:serviceaccount:kube-system:" + controller,
        Groups = ["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"],
        FieldManager = "kube-controller-manager",
        Cause = cause,
    };

    private Task<WriteReply> WriteAsync(PlannedWrite write, WriteCall call, CancellationToken cancellationToken)
    {
        switch (write)
        {
            case PlannedWrite.Create create:
                return CreateAsync(create, call with { Version = VersionOf(create.Document) }, cancellationToken);
            case PlannedWrite.Patch patch:
                return GrainOf(patch.Key).PatchAsync(
                    (int)PatchFormat.Merge, PatchBody(patch), call with { Subresource = patch.Subresource, FieldManager = patch.FieldManager ?? call.FieldManager }, cancellationToken);
            case PlannedWrite.Apply apply:
                var owner = call with { Subresource = apply.Subresource, FieldManager = apply.FieldManager, Force = true };
                return GrainOf(apply.Key).PatchAsync((int)PatchFormat.Apply, Serialize(apply.Configuration), owner, cancellationToken);
            case PlannedWrite.Delete delete:
                var options = new DeleteCall
                {
                    Uid = delete.Uid,
                    PropagationPolicy = delete.PropagationPolicy,
                    GracePeriodSeconds = delete.GracePeriodSeconds,
                };
                return GrainOf(delete.Key).DeleteAsync(options, call, cancellationToken);
            default:
                throw new InvalidOperationException($"a plan holds an unknown write: {write.GetType().Name}");
        }
    }

    private async Task<WriteReply> CreateAsync(PlannedWrite.Create create, WriteCall call, CancellationToken cancellationToken)
    {
        if (create.Key.Name.Length > 0)
        {
            return await GrainOf(create.Key).CreateAsync(Serialize(create.Document), call, cancellationToken);
        }

        var document = create.Document.DeepClone().AsObject();
        var metadata = document["metadata"]!.AsObject();
        var baseName = (string?)metadata["generateName"]
            ?? throw new InvalidOperationException($"a plan creates {create.Key} without a name and without generateName");
        for (var attempt = 1; ; attempt++)
        {
            var key = create.Key with { Name = GenerateName(baseName) };
            metadata["name"] = key.Name;
            var reply = await GrainOf(key).CreateAsync(Serialize(document), call, cancellationToken);
            if (attempt == NameAttempts || reply.Failure is not { } failure || StatusDocuments.Reason(failure) != "AlreadyExists")
            {
                return reply;
            }
        }
    }

    private static string GenerateName(string baseName) =>
        baseName[..Math.Min(baseName.Length, LongestNameBase)] + RandomNumberGenerator.GetString(NameAlphabet, NameSuffixLength);

    private static Immutable<byte[]> PatchBody(PlannedWrite.Patch patch)
    {
        if (patch.ResourceVersion is null)
        {
            return Serialize(patch.MergePatch);
        }

        var body = patch.MergePatch.DeepClone().AsObject();
        if (body["metadata"] is not JsonObject metadata)
        {
            body["metadata"] = metadata = [];
        }

        metadata["resourceVersion"] = patch.ResourceVersion;
        return Serialize(body);
    }

    private static string VersionOf(JsonObject document)
    {
        var apiVersion = (string?)document["apiVersion"] ?? "";
        return apiVersion[(apiVersion.LastIndexOf('/') + 1)..];
    }

    private static Immutable<byte[]> Serialize(JsonObject document) => new(JsonSerializer.SerializeToUtf8Bytes(document));

    private IObjectGrain GrainOf(ObjectKey key) => grains.GetObject(key);
}
