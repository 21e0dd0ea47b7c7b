using Orchestrator.Api.CustomResources;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Selectors;
using Orchestrator.Store.Cache;

namespace Orchestrator.Gateway.Requests;

/// <summary>Which objects of a resource a list, watch or deletecollection is about.</summary>
internal sealed record Selection(LabelSelector Labels, FieldSelector Fields, string Name)
{
    /// <summary>True when everything is selected.</summary>
    public bool IsEverything => Labels.IsEmpty && Fields.IsEmpty && Name.Length == 0;

    /// <summary>Reads the selectors of a request.</summary>
    public static (Selection? Selection, ApiStatus? Fault) Read(ApiRequest request)
    {
        if (LabelSelector.Parse(request.Query("labelSelector"), out var labels) is { } labelFault)
        {
            return (null, Statuses.BadRequest(labelFault));
        }

        var fault = FieldSelector.Parse(request.Query("fieldSelector"), out var fields)
            ?? (request.Kind.Custom is { } custom ? CustomFault(fields, custom) : fields.Fault(request.GroupResource, request.Kind.Kind));
        if (fault is not null)
        {
            return (null, Statuses.BadRequest(fault));
        }

        return (new Selection(labels, fields, request.Target.NameInPath ? request.Target.Name : ""), null);
    }

    /// <summary>Upstream: crConversionRESTOptionsGetter's ConvertFieldLabel: the fields that the definition names, and the two that every object has.</summary>
    private static string? CustomFault(FieldSelector fields, CustomVersion version)
    {
        var unknown = fields.Terms.FirstOrDefault(term =>
            term.Field != "metadata.name"
            && !(term.Field == "metadata.namespace" && version.Definition.IsNamespaced)
            && !version.SelectableFields.Any(field => field.Bare == term.Field));
        return unknown is null ? null : "field label not supported: " + unknown.Field;
    }

    /// <summary>True when the object is selected.</summary>
    public bool Matches(CachedObject cached) => (Name.Length == 0 || cached.Stored.Key.Name == Name)
        && (Labels.IsEmpty || Labels.Matches(cached.Labels))
        && (Fields.IsEmpty || Fields.Matches(cached.Field));
}
