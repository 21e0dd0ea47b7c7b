using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources;
using Orchestrator.Api.Identity;
using Orchestrator.Controllers.CustomResourceDefinitions;
using Orchestrator.Controllers.Plans;
using Orchestrator.Controllers.Tests.Harness;

namespace Orchestrator.Controllers.Tests.CustomResourceDefinitions;

public sealed class DefinitionStatusTests
{
    private static readonly ObjectKey Widgets = new("apiextensions.k8s.io", "customresourcedefinitions", "", "widgets.a.b");

    private readonly FakeCluster _cluster = new();
    private readonly DefinitionStatus _reconciler = new();

    [Fact]
    public void Names_that_are_free_are_accepted_and_the_definition_is_established()
    {
        Put("widgets", "Widget", "wd");
        var patch = Assert.IsType<PlannedWrite.Patch>(Assert.Single(_reconciler.Reconcile(Widgets, _cluster, _cluster.Now).Writes));
        Assert.Equal(("status", "kube-apiserver"), (patch.Subresource, patch.FieldManager));
        var status = patch.MergePatch["status"]!;
        Assert.Equal("""{"plural":"widgets","singular":"widget","shortNames":["wd"],"kind":"Widget","listKind":"WidgetList"}""", status["acceptedNames"]!.ToJsonString());
        Assert.Equal(
            [("NamesAccepted", "True", "NoConflicts", "no conflicts found"), ("Established", "True", "InitialNamesAccepted", "the initial names have been accepted")],
            Conditions(status));
        _cluster.Change(Widgets, document => document["status"] = status.DeepClone());
        Assert.Empty(_reconciler.Reconcile(Widgets, _cluster, _cluster.Now.AddHours(1)).Writes);
    }

    [Theory]
    [InlineData("gadgets", "Widget", "gd", "ListKindConflict", "\"WidgetList\" is already in use")]
    [InlineData("gadgets", "Gadget", "wd", "ShortNamesConflict", "\"wd\" is already in use")]
    public void A_name_that_another_definition_of_the_group_has_is_not_accepted(string plural, string kind, string shortName, string reason, string message)
    {
        Put("widgets", "Widget", "wd");
        Establish(Widgets);
        Put(plural, kind, shortName);
        var key = Widgets with { Name = plural + ".a.b" };
        var patch = (PlannedWrite.Patch)Assert.Single(_reconciler.Reconcile(key, _cluster, _cluster.Now).Writes);
        Assert.Equal(
            [("NamesAccepted", "False", reason, message), ("Established", "False", "NotAccepted", "not all names are accepted")],
            Conditions(patch.MergePatch["status"]!));
    }

    [Fact]
    public void A_definition_that_goes_wakes_the_others_of_its_group()
    {
        var gone = _cluster.Put(CustomDefinition.Resource, Definition("widgets", "Widget", "wd"));
        Put("gadgets", "Gadget", "gd");
        Assert.Contains(Widgets with { Name = "gadgets.a.b" }, _reconciler.KeysFor(gone, gone, true, _cluster));
    }

    private void Establish(ObjectKey key)
    {
        var patch = (PlannedWrite.Patch)Assert.Single(_reconciler.Reconcile(key, _cluster, _cluster.Now).Writes);
        _cluster.Change(key, document => document["status"] = patch.MergePatch["status"]!.DeepClone());
    }

    private static IEnumerable<(string?, string?, string?, string?)> Conditions(JsonNode status) => status["conditions"]!.AsArray()
        .Select(condition => ((string?)condition!["type"], (string?)condition["status"], (string?)condition["reason"], (string?)condition["message"]));

    private void Put(string plural, string kind, string shortName) => _cluster.Put(CustomDefinition.Resource, Definition(plural, kind, shortName));

    private static JsonObject Definition(string plural, string kind, string shortName) => JsonNode.Parse("""
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"PLURAL.a.b"},
         "spec":{"group":"a.b","scope":"Namespaced","names":{"plural":"PLURAL","singular":"SINGULAR","kind":"KIND","listKind":"KINDList","shortNames":["SHORT"]},
         "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}
        """.Replace("PLURAL", plural, StringComparison.Ordinal).Replace("SINGULAR", kind.ToLowerInvariant(), StringComparison.Ordinal)
        .Replace("KIND", kind, StringComparison.Ordinal).Replace("SHORT", shortName, StringComparison.Ordinal))!.AsObject();
}
