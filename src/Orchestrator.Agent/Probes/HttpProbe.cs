using k8s.Models;

namespace Orchestrator.Agent.Probes;

/// <summary>Gets a page: a status from 200 to 399 passes.</summary>
/// <remarks>Upstream: pkg/probe/http. Redirects are followed as long as they stay on the host; one that leaves it passes with a warning, for
/// what another host answers says nothing of this container.</remarks>
internal static class HttpProbe
{
    private const int RedirectLimit = 10;

    /// <summary>One attempt.</summary>
    public static async Task<ProbeOutcome> ProbeAsync(V1HTTPGetAction action, V1Container container, string podIp, TimeSpan timeout, CancellationToken cancellationToken)
    {
        Uri uri;
        try
        {
            uri = HttpCall.UriOf(action, container, podIp);
        }
        catch (FormatException e)
        {
            return ProbeOutcome.Errored(e.Message);
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(timeout);
        try
        {
            return await FollowAsync(uri, action, patience.Token);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return ProbeOutcome.Failed(HttpCall.Describe(uri, e));
        }
    }

    private static async Task<ProbeOutcome> FollowAsync(Uri start, V1HTTPGetAction action, CancellationToken cancellationToken)
    {
        var uri = start;
        for (var redirects = 0; redirects <= RedirectLimit; redirects++)
        {
            using var response = await HttpCall.SendAsync(uri, action, cancellationToken);
            var status = (int)response.StatusCode;
            if (status is 301 or 302 or 303 or 307 or 308 && response.Headers.Location is { } location)
            {
                var next = new Uri(uri, location);
                if (next.Host == start.Host)
                {
                    uri = next;
                    continue;
                }

                return new ProbeOutcome(ProbeResult.Warning, $"Probe terminated redirects, Response body: {await HttpCall.ReadBodyAsync(response, cancellationToken)}");
            }

            await HttpCall.ReadBodyAsync(response, cancellationToken);
            return status is >= 200 and < 400 ? ProbeOutcome.Passed : ProbeOutcome.Failed($"HTTP probe failed with statuscode: {status}");
        }

        return ProbeOutcome.Failed($"Get \"{uri.OriginalString}\": stopped after {RedirectLimit} redirects");
    }
}
