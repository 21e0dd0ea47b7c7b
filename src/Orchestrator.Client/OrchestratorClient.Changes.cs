using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Orchestrator.Api.Machinery;
using Orchestrator.Grains.Deployments;

namespace Orchestrator.Client;

public sealed partial class OrchestratorClient
{
    /// <summary>How often a change is made again on an object that has changed meanwhile.</summary>
    private const int ChangeAttempts = 10;

    /// <summary>Before another attempt, times its number and by chance less: two who change the same object then do not meet again each time.</summary>
    private static readonly TimeSpan ChangePause = TimeSpan.FromMilliseconds(10);

    /// <summary>Reads an object, lets the caller change its model, and writes what was changed, no more; again when the object changed meanwhile.</summary>
    /// <param name="ns">The namespace.</param>
    /// <param name="name">The name.</param>
    /// <param name="change">Changes the model; may run several times, each on a fresh one.</param>
    /// <param name="cancellationToken">Cancels the wait for the answer.</param>
    /// <exception cref="NotFoundException">There is no such object.</exception>
    public async Task<T> ChangeAsync<T>(string ns, string name, Action<T> change, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        for (var attempt = 1; ; attempt++)
        {
            var model = await GetAsync<T>(ns, name, cancellationToken)
                ?? throw OrchestratorException.From(Statuses.NotFound(ModelKind<T>.Resource, name));
            var before = JsonNode.Parse(Serialize(model))!;
            change(model);
            var patch = ModelPatch.Between(before, JsonNode.Parse(Serialize(model))!);
            if (patch.Count == 0)
            {
                return model;
            }

            patch.Insert(0, new JsonObject { ["op"] = "test", ["path"] = "/metadata/uid", ["value"] = (string?)before["metadata"]!["uid"] });
            patch.Add(new JsonObject { ["op"] = "add", ["path"] = "/metadata/resourceVersion", ["value"] = (string?)before["metadata"]!["resourceVersion"] });
            try
            {
                return await PatchAsync<T>(ns, name, PatchFormat.Json, patch, cancellationToken: cancellationToken);
            }
            catch (ConflictException) when (attempt < ChangeAttempts)
            {
                // Made again on the fresh object.
                await Task.Delay(ChangePause * (attempt * Random.Shared.NextDouble()), cancellationToken);
            }
        }
    }

    /// <summary>Patches an object with a KubernetesClient patch of any type; an apply patch is a server-side apply.</summary>
    /// <param name="ns">The namespace.</param>
    /// <param name="name">The name.</param>
    /// <param name="patch">The patch.</param>
    /// <param name="subresource"><c>status</c> or <c>scale</c>; empty: the object.</param>
    /// <param name="cancellationToken">Cancels the wait for the answer.</param>
    public Task<T> PatchAsync<T>(string ns, string name, V1Patch patch, string subresource = "", CancellationToken cancellationToken = default)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        var format = patch.Type switch
        {
            V1Patch.PatchType.JsonPatch => PatchFormat.Json,
            V1Patch.PatchType.MergePatch => PatchFormat.Merge,
            V1Patch.PatchType.StrategicMergePatch => PatchFormat.StrategicMerge,
            V1Patch.PatchType.ApplyPatch => PatchFormat.Apply,
            _ => throw new ArgumentException($"unknown patch type {patch.Type}", nameof(patch)),
        };
        var body = JsonNode.Parse(patch.Content as string ?? KubernetesJson.Serialize(patch.Content))
            ?? throw new ArgumentException("the patch is empty", nameof(patch));
        return PatchAsync<T>(ns, name, format, body, subresource, cancellationToken: cancellationToken);
    }

    /// <summary>Merge-patches an object (RFC 7396).</summary>
    public Task<T> PatchAsync<T>(string ns, string name, JsonObject mergePatch, CancellationToken cancellationToken = default)
        where T : IKubernetesObject<V1ObjectMeta> => PatchAsync<T>(ns, name, PatchFormat.Merge, mergePatch, cancellationToken: cancellationToken);

    /// <summary>Applies what the model states, on the server, and takes away what an earlier apply of this client stated and this one does not.</summary>
    /// <param name="obj">Only the fields that this client wants to own.</param>
    /// <param name="force">Take fields that another manager owns.</param>
    /// <param name="cancellationToken">Cancels the wait for the answer.</param>
    public Task<T> ApplyAsync<T>(T obj, bool force = false, CancellationToken cancellationToken = default)
        where T : IKubernetesObject<V1ObjectMeta> => PatchAsync<T>(
            obj.Metadata.NamespaceProperty ?? "", obj.Metadata.Name, PatchFormat.Apply, JsonNode.Parse(Serialize(obj))!, force: force, cancellationToken: cancellationToken);

    /// <summary>Sets the number of replicas through the scale subresource, as kubectl scale does.</summary>
    public Task<T> ScaleAsync<T>(string ns, string name, int replicas, CancellationToken cancellationToken = default)
        where T : IKubernetesObject<V1ObjectMeta> => PatchAsync<T>(
            ns, name, PatchFormat.Merge, new JsonObject { ["spec"] = new JsonObject { ["replicas"] = replicas } }, "scale", cancellationToken: cancellationToken);

    /// <summary>Goes back to the pod template of an earlier revision, as kubectl rollout undo does.</summary>
    /// <param name="ns">The namespace.</param>
    /// <param name="name">The Deployment.</param>
    /// <param name="toRevision">The revision; zero: the one before the present.</param>
    /// <param name="cancellationToken">Cancels the wait for the answer.</param>
    /// <exception cref="NotFoundException">No replica set of that revision is kept.</exception>
    public async Task<V1Deployment> RollbackAsync(string ns, string name, long toRevision = 0, CancellationToken cancellationToken = default)
    {
        var key = ModelKind<V1Deployment>.Key(ns, name);
        var grain = grains.GetGrain<IDeploymentGrain>(key.ToString());
        return Read<V1Deployment>(await WriteAsync(key, () => grain.RollbackAsync(toRevision, Call<V1Deployment>(), cancellationToken)));
    }

    private async Task<T> PatchAsync<T>(
        string ns, string name, PatchFormat format, JsonNode body, string subresource = "", bool force = false, CancellationToken cancellationToken = default)
    {
        var patch = Bytes(body.ToJsonString());
        return Read<T>(await WriteAsync(
            ModelKind<T>.Key(ns, name), grain => grain.PatchAsync((int)format, patch, Call<T>(subresource, force), cancellationToken)));
    }
}
