using Orchestrator.Api.Admission;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Registry;
using Orchestrator.Api.Tests.Kinds;

namespace Orchestrator.Api.Tests.Admission;

/// <summary>Requests for admission plugins, written as JSON.</summary>
internal static class AdmissionCase
{
    public static AdmissionAttributes Attributes(
        string group, string resource, string name, string? document, string? old, Surroundings at, AdmissionOperation? operation = null, string subresource = "")
    {
        var kind = KindRegistry.BuiltIn.Preferred(new GroupResource(group, resource))!;
        return new AdmissionAttributes
        {
            Operation = operation ?? (old is null ? AdmissionOperation.Create : AdmissionOperation.Update),
            Kind = kind,
            Key = kind.Key(kind.Namespaced ? "ns" : "", name),
            Subresource = subresource,
            Object = document is null ? null : KindCase.Json(document),
            OldObject = old is null ? null : KindCase.Json(old),
            Options = new WriteOptions { User = "alice" },
            At = at,
        };
    }
}
