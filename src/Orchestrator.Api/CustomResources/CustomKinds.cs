using Orchestrator.Api.Identity;
using Orchestrator.Api.Registry;

namespace Orchestrator.Api.CustomResources;

/// <summary>The kinds that definitions add to the registry.</summary>
/// <remarks>Upstream: apiextensions-apiserver/pkg/apiserver/customresource_discovery_controller.go.</remarks>
public static class CustomKinds
{
    private static readonly string[] Verbs = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];
    private static readonly string[] SubresourceVerbs = ["get", "patch", "update"];
    private static readonly GroupVersionKind Scale = new("autoscaling", "v1", "Scale");

    /// <summary>The registry with all established definitions: groups and resources by name, versions by preference.</summary>
    public static KindRegistry Registry(KindRegistry builtIn, IEnumerable<CustomDefinition> definitions)
    {
        var established = definitions
            .Where(definition => definition is { IsEstablished: true, Storage: not null })
            .OrderBy(definition => definition.Group, StringComparer.Ordinal)
            .ToList();
        return established.Count == 0 ? builtIn : builtIn.With(
            established.GroupBy(definition => definition.Group).SelectMany(KindsOfGroup),
            established.Select(definition => KindOf(definition.Storage!)));
    }

    /// <summary>The kind of one version.</summary>
    public static ResourceKind KindOf(CustomVersion version)
    {
        var definition = version.Definition;
        return new ResourceKind
        {
            Group = definition.Group,
            Version = version.Name,
            Kind = definition.Accepted.Kind,
            ListKind = definition.Accepted.ListKind,
            Resource = definition.Names.Plural,
            Singular = definition.Accepted.Singular,
            ShortNames = definition.Accepted.ShortNames,
            Categories = definition.Accepted.Categories,
            Namespaced = definition.IsNamespaced,
            Verbs = Verbs,
            Subresources = [.. Subresources(version)],
            StorageResource = definition.Defined,
            StorageApiVersion = definition.Group + "/" + (definition.Storage ?? version).Name,
            Custom = version,
        };
    }

    private static IEnumerable<ResourceKind> KindsOfGroup(IGrouping<string, CustomDefinition> group) => group
        .OrderBy(definition => definition.Name, StringComparer.Ordinal)
        .SelectMany(definition => definition.Versions)
        .Where(version => version.IsServed)
        .OrderBy(version => version.Name, VersionPriority.Order)
        .Select(KindOf);

    private static IEnumerable<Subresource> Subresources(CustomVersion version)
    {
        if (version.HasStatus)
        {
            yield return new Subresource("status", new GroupVersionKind(version.Definition.Group, version.Name, version.Definition.Accepted.Kind), SubresourceVerbs);
        }

        if (version.Scale is not null)
        {
            yield return new Subresource("scale", Scale, SubresourceVerbs);
        }
    }
}
