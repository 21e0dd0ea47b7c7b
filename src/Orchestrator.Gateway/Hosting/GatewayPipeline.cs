using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Answers;
using Orchestrator.Gateway.Authentication;
using Orchestrator.Gateway.Authorization;
using Orchestrator.Gateway.Metrics;
using Orchestrator.Gateway.Reads;
using Orchestrator.Gateway.Requests;
using Orchestrator.Gateway.Subresources;
using Orchestrator.Gateway.Verbs;
using Orchestrator.Store.Commits;

namespace Orchestrator.Gateway.Hosting;

/// <summary>The way of every request: who, may they, what is meant, and the verb that answers.</summary>
internal sealed partial class GatewayPipeline(GatewayServices gateway, ILogger<GatewayPipeline> logger)
{
    /// <summary>Answers a request. The one place where failures that nobody expected become a Status.</summary>
    public async Task InvokeAsync(HttpContext http)
    {
        AnswerWriter.SetHeaders(http);
        var target = RequestTarget.Parse(http.Request.Method, http.Request.Path.Value ?? "/", http.Request.Query);
        var labels = RequestLabels.Of(gateway, http.Request, target);
        var began = gateway.Clock.GetTimestamp();
        gateway.Requests.Begin(labels);
        try
        {
            await AnswerOrFailAsync(http, target);
        }
        finally
        {
            gateway.Requests.End(labels, http.Response.StatusCode, gateway.Clock.GetElapsedTime(began));
        }
    }

    private async Task AnswerOrFailAsync(HttpContext http, RequestTarget target)
    {
        try
        {
            await AnswerAsync(http, target);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client went away; there is nobody to answer.
            LogAborted(http.Request.Path);
        }
        catch (StoreUnavailableException unavailable)
        {
            LogStoreUnavailable(http.Request.Path, unavailable);
            await FailAsync(http, Freshness.StoreUnavailable());
        }
        catch (Exception lost) when (lost is TimeoutException or Orleans.Runtime.OrleansException)
        {
            // Orleans gave up on a grain that did not answer, or its silo is gone. The write may be done; the client has to look.
            LogFailed(http.Request.Method, http.Request.Path, lost);
            await FailAsync(http, Statuses.Timeout("request did not complete within the allotted timeout", 1));
        }
        catch (ObjectDisposedException) when (gateway.Stopping.IsCancellationRequested)
        {
            // The store's connections went while the request was under way.
            LogAborted(http.Request.Path);
            await FailAsync(http, Statuses.ServiceUnavailable("the server is shutting down", 1));
        }
        catch (BadHttpRequestException malformed)
        {
            // Only streams read bodies outside of the reader that expects this.
            LogAborted(http.Request.Path);
            await FailAsync(http, Statuses.BadRequest(malformed.Message));
        }
        catch (Exception failure)
        {
            LogFailed(http.Request.Method, http.Request.Path, failure);
            await FailAsync(http, Statuses.InternalError(failure.Message));
        }
    }

    private async Task AnswerAsync(HttpContext http, RequestTarget target)
    {
        var caller = await gateway.Authenticator.AuthenticateAsync(http);
        if (caller is null)
        {
            await AnswerWriter.FailAsync(http, Statuses.Unauthorized());
            return;
        }

        var (user, refused) = gateway.Impersonation.Resolve(http.Request, caller, target);
        if (user is null)
        {
            await AnswerWriter.FailAsync(http, refused!);
            return;
        }

        var access = AccessRequest.For(user, target);
        if (!IsOpenToAll(target) && !gateway.Authorizer.Authorize(access).Allowed)
        {
            await AnswerWriter.FailAsync(http, Refusal.Of(access));
            return;
        }

        await AnswerBoundedAsync(http, target, user);
    }

    /// <summary>Health is readable before the roles that open it are in the cache.</summary>
    private static bool IsOpenToAll(RequestTarget target) =>
        !target.IsResource && target.Verb is "get" or "head" && target.Path.TrimEnd('/') is "/healthz" or "/livez" or "/readyz" or "/version";

    private async Task AnswerBoundedAsync(HttpContext http, RequestTarget target, ApiUser user)
    {
        if (target.Verb == "watch" || StreamingSubresources.Contains(target.Subresource))
        {
            await AnswerTargetAsync(http, target, user);
            return;
        }

        if (!gateway.Slots.TryTake(user.Name))
        {
            await AnswerWriter.FailAsync(http, Statuses.TooManyRequests("Too many requests, please try again later.", 1));
            return;
        }

        try
        {
            await AnswerTargetAsync(http, target, user);
        }
        finally
        {
            gateway.Slots.Release(user.Name);
        }
    }

    private static readonly HashSet<string> StreamingSubresources = ["exec", "attach", "portforward", "log", "proxy"];

    private async Task AnswerTargetAsync(HttpContext http, RequestTarget target, ApiUser user)
    {
        if (!target.IsResource)
        {
            await NonResourcePaths.AnswerAsync(gateway, http, target);
            return;
        }

        var kinds = gateway.Kinds;
        var kind = kinds.Find(target.Group, target.Version, target.Resource);
        if (kind is null)
        {
            // Where definitions alone make up a version, nobody but their server knows the path.
            var known = kinds.All.Any(other => other.Custom is null && other.Group == target.Group && other.Version == target.Version);
            await (known ? AnswerWriter.FailAsync(http, Statuses.NoSuchResource()) : AnswerWriter.WriteTextAsync(http, 404, "404 page not found\n"));
            return;
        }

        // Streams are text or bytes, whatever form their client would like a Status in.
        if ((MediaForm.Negotiate(http.Request.Headers.Accept.ToString()) ?? (StreamRouter.Answers(target) ? MediaForm.Json : null)) is not { } form)
        {
            await AnswerWriter.FailAsync(http, AnswerFaults.NotAcceptable());
            return;
        }

        await VerbRouter.AnswerAsync(gateway, new ApiRequest(http, target, user, kind, form) { ReceivedAt = gateway.Clock.GetUtcNow() });
    }

    private static async Task FailAsync(HttpContext http, ApiStatus status)
    {
        if (http.Response.HasStarted)
        {
            // Half an answer must not look like a whole one.
            http.Abort();
            return;
        }

        http.Response.Headers.ContentEncoding = default;
        http.Response.ContentLength = null;
        await AnswerWriter.FailAsync(http, status);
    }
}
