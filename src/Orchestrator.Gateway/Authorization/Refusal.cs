using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Gateway.Authorization;

/// <summary>Says what a user may not do, in upstream's words.</summary>
/// <remarks>Upstream: apiserver/pkg/endpoints/handlers/responsewriters/errors.go.</remarks>
internal static class Refusal
{
    /// <summary>The 403 of a request that nothing allows.</summary>
    public static ApiStatus Of(AccessRequest request, string detail = "")
    {
        if (request.Path is { } path)
        {
            return new ApiStatus(403, "Forbidden", $"forbidden: User \"{request.User.Name}\" cannot {request.Verb} path \"{path}\"") { HasDetails = true };
        }

        var resource = new GroupResource(request.Group, request.Resource);
        var scope = request.Namespace.Length == 0 ? "at the cluster scope" : $"in the namespace \"{request.Namespace}\"";
        var what = request.Name.Length == 0 ? resource.ToString() : $"{resource} \"{request.Name}\"";
        var more = detail.Length == 0 ? "" : ": " + detail;
        return new ApiStatus(403, "Forbidden",
            $"{what} is forbidden: User \"{request.User.Name}\" cannot {request.Verb} resource \"{request.CombinedResource}\" in API group \"{request.Group}\" {scope}{more}")
        {
            Name = request.Name,
            Group = request.Group,
            Kind = request.Resource,
        };
    }
}
