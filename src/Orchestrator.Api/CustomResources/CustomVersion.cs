using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources.Columns;
using Orchestrator.Api.CustomResources.Rules;
using Orchestrator.Api.CustomResources.Schemas;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Schema;
using Orchestrator.Api.Tables;

namespace Orchestrator.Api.CustomResources;

/// <summary>One version of a custom resource, read and ready to work with: what a kind of the registry carries when it is a custom one.</summary>
public sealed class CustomVersion
{
    internal CustomVersion(CustomDefinition definition, JsonObject source)
    {
        Definition = definition;
        Name = CustomDefinition.Text(source, "name");
        IsServed = CustomDefinition.Flag(source, "served");
        IsStorage = CustomDefinition.Flag(source, "storage");
        Schema = StructuralSchema.Read(source["schema"]?["openAPIV3Schema"] as JsonObject ?? []);
        Shape = SchemaShapes.OfResource(Schema);
        Rules = CustomRules.Of(Schema);
        IsDeprecated = CustomDefinition.Flag(source, "deprecated");
        OwnDeprecationWarning = source["deprecationWarning"] is JsonValue warning && warning.TryGetValue<string>(out var text) ? text : null;
        Columns = source["additionalPrinterColumns"] is JsonArray { Count: > 0 } columns
            ? [.. columns.OfType<JsonObject>().Select(CustomColumn.Read)]
            : CustomColumn.Standard;
        SelectableFields = source["selectableFields"] is JsonArray fields
            ? [.. fields.OfType<JsonObject>().Select(field => SimplePath.Parse(CustomDefinition.Text(field, "jsonPath"))).OfType<SimplePath>()]
            : [];
        var subresources = source["subresources"] as JsonObject;
        HasStatus = subresources?["status"] is not null;
        Scale = subresources?["scale"] is JsonObject scale ? ScalePaths.Read(scale) : null;
        Strategy = new CustomResourceStrategy(this);
        Table = CustomTable.Of(this);
    }

    /// <summary>The definition that this is a version of.</summary>
    public CustomDefinition Definition { get; }

    /// <summary>The version, as in <c>v1</c>.</summary>
    public string Name { get; }

    /// <summary>The apiVersion.</summary>
    public string ApiVersion => Definition.Group + "/" + Name;

    /// <summary>True: clients may use it.</summary>
    public bool IsServed { get; }

    /// <summary>True: objects are stored in it.</summary>
    public bool IsStorage { get; }

    /// <summary>The schema.</summary>
    public StructuralSchema Schema { get; }

    /// <summary>The schema as patches and field ownership see it.</summary>
    public SchemaNode Shape { get; }

    /// <summary>True: its use is warned of.</summary>
    public bool IsDeprecated { get; }

    /// <summary>The columns of tables behind the name.</summary>
    public IReadOnlyList<CustomColumn> Columns { get; }

    /// <summary>The fields that objects can be selected by.</summary>
    public IReadOnlyList<SimplePath> SelectableFields { get; }

    /// <summary>True: status is a subresource.</summary>
    public bool HasStatus { get; }

    /// <summary>Where the scale subresource finds its numbers; null: there is none.</summary>
    public ScalePaths? Scale { get; }

    /// <summary>What a writer of a deprecated version is told; null when it is not deprecated.</summary>
    /// <remarks>Upstream: defaultDeprecationWarning in apiextensions-apiserver/pkg/apiserver/customresource_handler.go.</remarks>
    public string? DeprecationWarning
    {
        get
        {
            if (!IsDeprecated)
            {
                return null;
            }

            if (OwnDeprecationWarning is not null)
            {
                return OwnDeprecationWarning;
            }

            var newer = Definition.Versions
                .Where(version => version is { IsServed: true, IsDeprecated: false } && VersionPriority.Compare(version.Name, Name) < 0)
                .OrderBy(version => version.Name, VersionPriority.Order)
                .FirstOrDefault();
            var message = $"{ApiVersion} {Definition.Accepted.Kind} is deprecated";
            return newer is null ? message : $"{message}; use {newer.ApiVersion} {Definition.Accepted.Kind}";
        }
    }

    /// <summary>The rules in CEL.</summary>
    internal CustomRules Rules { get; }

    /// <summary>What the version adds to the common write path.</summary>
    internal IKindStrategy Strategy { get; }

    /// <summary>How objects are printed.</summary>
    internal KindTable Table { get; }

    private string? OwnDeprecationWarning { get; }
}
