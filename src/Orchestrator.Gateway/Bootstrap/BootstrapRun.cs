using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds.Services;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Answers;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Gateway.Verbs;
using Orchestrator.Grains.Objects;
using Orchestrator.Store.Commits;
using Orleans.Concurrency;

namespace Orchestrator.Gateway.Bootstrap;

/// <summary>One attempt after another at the cluster's own objects. Writes go through object grains like everyone's.</summary>
internal sealed partial class BootstrapRun(GatewayServices gateway, ILogger<BootstrapRun> logger)
{
    /// <summary>How many objects are written at once: enough to fill commits, few enough not to crowd out others.</summary>
    private const int Parallelism = 16;

    /// <summary>How long another silo has to take a connection before it counts as gone.</summary>
    private static readonly TimeSpan ProbePatience = TimeSpan.FromSeconds(1);

    private const string ApiServer = "kube-apiserver";

    /// <summary>Makes what is missing; false when something could not be made and should be tried again.</summary>
    public async Task<bool> TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            await gateway.Cache.ReachCurrentAsync(cancellationToken);
            var addresses = new ServiceAddresses(gateway.Options.ServiceCidr.ToString());

            // Namespaces first: the rest lives in them, and admission looks for them in the cache.
            return await EnsureAllAsync(DefaultObjects.Namespaces(), cancellationToken)
                && await EnsureAllAsync(
                    [.. DefaultObjects.PriorityClasses(), .. DefaultRoles.Read(), .. DefaultObjects.Services(addresses, gateway.Options.ApiPort), DefaultObjects.ServiceRange(addresses)],
                    cancellationToken)
                && await EnsureServiceRangeStatusAsync(addresses, cancellationToken)
                && await EnsureEndpointsAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is StoreUnavailableException or TimeoutException or Orleans.Runtime.OrleansException)
        {
            LogUnavailable(failure);
            return false;
        }
    }

    private async Task<bool> EnsureAllAsync(IEnumerable<DefaultObject> objects, CancellationToken cancellationToken)
    {
        var isDone = true;
        var newest = 0L;
        await Parallel.ForEachAsync(
            objects,
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (wanted, token) =>
            {
                var reply = await EnsureAsync(wanted, token);
                if (reply?.Failure is { } failure && GrainReply.Reason(failure) != "AlreadyExists")
                {
                    LogRefused(wanted.Key.ToString(), Encoding.UTF8.GetString(failure));
                    isDone = false;
                }
                else if (reply?.Object is { } written)
                {
                    InterlockedMax(ref newest, written.Revision);
                }
            });
        await gateway.Cache.WaitForAsync(new Revision(newest), cancellationToken);
        return isDone;
    }

    /// <summary>Null when there was nothing to do.</summary>
    private async Task<WriteReply?> EnsureAsync(DefaultObject wanted, CancellationToken cancellationToken)
    {
        var grain = gateway.Grains.Object(wanted.Key);
        if (gateway.Cache.Find(wanted.Key) is not { } found)
        {
            return await grain.CreateAsync(Body(wanted.Document), Call("v1"), cancellationToken);
        }

        if (!wanted.Document.ContainsKey("roleRef") && wanted.Key.Group != "rbac.authorization.k8s.io")
        {
            return null;
        }

        var stored = JsonNode.Parse(found.Stored.Document.Span)!.AsObject();
        if (RbacReconciliation.MustReplace(stored, wanted.Document))
        {
            var removed = await grain.DeleteAsync(new DeleteCall { Uid = found.Uid }, Call("v1"), cancellationToken);
            return removed.Failure is null ? await grain.CreateAsync(Body(wanted.Document), Call("v1"), cancellationToken) : removed;
        }

        return RbacReconciliation.Completed(stored, wanted.Document) is { } completed
            ? await grain.UpdateAsync(Body(completed), Call("v1"), cancellationToken)
            : null;
    }

    private async Task<bool> EnsureServiceRangeStatusAsync(ServiceAddresses addresses, CancellationToken cancellationToken)
    {
        if (gateway.Cache.Find(DefaultObjects.ServiceRangeKey) is not { } found
            || DefaultObjects.ServiceRangeStatus(JsonNode.Parse(found.Stored.Document.Span)!.AsObject(), addresses, gateway.Clock.GetUtcNow()) is not { } status)
        {
            return true;
        }

        var call = Call("v1") with { FieldManager = "kubernetes-service-cidr-controller", Subresource = "status", Force = true };
        var reply = await gateway.Grains.Object(DefaultObjects.ServiceRangeKey).PatchAsync((int)PatchFormat.Apply, Body(status), call, cancellationToken);
        if (reply.Failure is { } failure)
        {
            LogRefused(DefaultObjects.ServiceRangeKey.ToString(), Encoding.UTF8.GetString(failure));
        }

        return reply.Failure is null;
    }

    /// <summary>Puts this silo's address among those of the API.</summary>
    private async Task<bool> EnsureEndpointsAsync(CancellationToken cancellationToken)
    {
        if (await OwnAddressAsync(cancellationToken) is not { } own)
        {
            return true;
        }

        var port = gateway.Options.ApiPort;
        var slice = new ObjectKey("discovery.k8s.io", "endpointslices", "default", "kubernetes");
        var listed = gateway.Cache.Find(slice) is { } found ? Servers(JsonNode.Parse(found.Stored.Document.Span)!) : [];
        var servers = await LiveAsync(listed.Where(server => server != own), port, cancellationToken);
        servers.Add(own);
        servers.Sort(StringComparer.Ordinal);
        foreach (var wanted in DefaultObjects.ApiEndpoints(servers, port))
        {
            var grain = gateway.Grains.Object(wanted.Key);
            var reply = gateway.Cache.Find(wanted.Key) is { } stored
                ? await grain.UpdateAsync(Body(WithRevision(wanted.Document, stored.Stored.Revision)), Call("v1"), cancellationToken)
                : await grain.CreateAsync(Body(wanted.Document), Call("v1"), cancellationToken);
            if (reply.Failure is { } failure)
            {
                // Another silo added itself meanwhile: read its list, then add to that.
                LogRefused(wanted.Key.ToString(), Encoding.UTF8.GetString(failure));
                return false;
            }

            await gateway.Cache.WaitForAsync(new Revision(reply.Object!.Revision), cancellationToken);
        }

        return true;
    }

    /// <summary>Those that answer: a silo that died, or whose machine has another address now, is not offered to anyone any more.</summary>
    private static async Task<List<string>> LiveAsync(IEnumerable<string> servers, int port, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(servers.Select(async server => (server, isLive: await AnswersAsync(server, port, cancellationToken))));
        return [.. answers.Where(answer => answer.isLive).Select(answer => answer.server)];
    }

    private static async Task<bool> AnswersAsync(string server, int port, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(ProbePatience);
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(server, port, patience.Token);
            return true;
        }
        catch (Exception refused) when (refused is SocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task<string?> OwnAddressAsync(CancellationToken cancellationToken)
    {
        var host = new Uri(gateway.Options.AdvertisedUrl).Host;
        try
        {
            if (DefaultObjects.Reachable(await Dns.GetHostAddressesAsync(host, cancellationToken)) is { } advertised)
            {
                return advertised;
            }
        }
        catch (SocketException unknown)
        {
            // A name that only agents can resolve: fall back to what the machine itself has.
            LogUnavailable(unknown);
        }

        return DefaultObjects.Reachable(NetworkInterface.GetAllNetworkInterfaces()
            .Where(card => card is { OperationalStatus: OperationalStatus.Up, NetworkInterfaceType: NetworkInterfaceType.Ethernet })
            .SelectMany(card => card.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address));
    }

    private static List<string> Servers(JsonNode slice) =>
        [.. (slice["endpoints"] as JsonArray ?? []).SelectMany(endpoint => endpoint!["addresses"]!.AsArray()).Select(address => (string)address!)];

    private static JsonObject WithRevision(JsonObject document, Revision revision)
    {
        document["metadata"]!["resourceVersion"] = revision.ToString();
        return document;
    }

    private static Immutable<byte[]> Body(JsonObject document) => new(AnswerWriter.Encode(document));

    private static WriteCall Call(string version) => new()
    {
        User = "system:apiserver",
        Groups = ["system:masters", "system:authenticated"],
        FieldManager = ApiServer,
        Version = version,
        Cause = "bootstrap",
    };

    private static void InterlockedMax(ref long highest, long value)
    {
        for (var seen = Volatile.Read(ref highest); value > seen;)
        {
            var before = Interlocked.CompareExchange(ref highest, value, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }
}
