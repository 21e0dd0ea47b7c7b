using System.Text.Json.Nodes;
using Orchestrator.EndToEnd.Tests.Harness;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>Custom objects as part of the cluster: collected with their owners, gone with their namespace and their definition, granted by aggregated roles.</summary>
public sealed class CustomObjectLifeTests(ControlPlane plane) : IAsyncLifetime
{
    private readonly string group = $"l{Guid.NewGuid():n}"[..9] + ".example.com";
    private Kubectl kubectl = null!;

    public async ValueTask InitializeAsync()
    {
        kubectl = await (await plane.ClusterAsync()).NamespaceAsync();
        await DefineAsync("things", "Thing", "Namespaced");
        await DefineAsync("worlds", "World", "Cluster");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task They_go_with_their_owners_of_any_kind_and_their_dependents_with_them()
    {
        // A chain: a ConfigMap owns a Thing, that owns another, that owns a ConfigMap; a World owns one too.
        var top = await CreateAsync("v1", "ConfigMap", "top", null);
        var middle = await CreateAsync($"{group}/v1", "Thing", "middle", top);
        var below = await CreateAsync($"{group}/v1", "Thing", "below", middle);
        await CreateAsync("v1", "ConfigMap", "bottom", below);
        var world = await CreateAsync($"{group}/v1", "World", $"world-{kubectl.Namespace}", null);
        await CreateAsync($"{group}/v1", "Thing", "worldly", world);
        await CreateAsync($"{group}/v1", "Thing", "free", null);

        await kubectl.RunAsync("delete configmap top");
        await GoneAsync("configmap/bottom");
        await GoneAsync($"things.{group}/middle");
        await GoneAsync($"things.{group}/below");
        await kubectl.RunAsync($"delete worlds.{group} world-{kubectl.Namespace}");
        await GoneAsync($"things.{group}/worldly");
        Assert.Equal("thing." + group + "/free\n", await kubectl.RunAsync($"get things.{group} -o name"));
    }

    [Fact]
    public async Task The_propagation_that_the_caller_asks_for_is_kept()
    {
        var orphaned = await CreateAsync($"{group}/v1", "Thing", "orphaned", null);
        await CreateAsync("v1", "ConfigMap", "left", orphaned);
        await kubectl.RunAsync($"delete things.{group} orphaned --cascade=orphan --timeout=20s");
        await GoneAsync($"things.{group}/orphaned");
        Assert.Equal("", await kubectl.FieldAsync("configmap/left", ".metadata.ownerReferences"));

        // The owner waits for a dependent that says it blocks, and that waits for its finalizer.
        var owner = await CreateAsync($"{group}/v1", "Thing", "owner", null);
        await CreateAsync($"{group}/v1", "Thing", "held", owner, finalizer: "example.com/hold");
        await kubectl.RunAsync($"delete things.{group} owner --cascade=foreground --wait=false");
        await Until.AsWantedAsync("the dependent is asked to go", () => kubectl.FieldAsync($"things.{group}/held", ".metadata.deletionTimestamp"), time => time.Length > 0);
        Assert.Equal("[\"foregroundDeletion\"]", await kubectl.FieldAsync($"things.{group}/owner", ".metadata.finalizers"));
        await kubectl.RunAsync($"patch things.{group} held --type=merge -p", """{"metadata":{"finalizers":null}}""");
        await GoneAsync($"things.{group}/held");
        await GoneAsync($"things.{group}/owner");
    }

    [Fact]
    public async Task An_owner_that_never_was_takes_its_dependents_along()
    {
        var absent = new JsonObject { ["apiVersion"] = $"{group}/v1", ["kind"] = "Thing", ["metadata"] = new JsonObject { ["name"] = "absent", ["uid"] = Guid.NewGuid().ToString() } };
        await CreateAsync("v1", "ConfigMap", "stray", absent);
        await GoneAsync("configmap/stray");
    }

    [Fact]
    public async Task They_go_with_their_namespace_which_waits_for_their_finalizers()
    {
        await CreateAsync($"{group}/v1", "Thing", "plain", null);
        await CreateAsync($"{group}/v1", "Thing", "held", null, finalizer: "example.com/hold");
        await kubectl.RunAsync($"delete namespace {kubectl.Namespace} --wait=false");
        await GoneAsync($"things.{group}/plain");
        var what = $"namespace/{kubectl.Namespace}";
        await kubectl.UntilFieldAsync(what, ".status.phase", "Terminating");
        await kubectl.UntilFieldAsync(what, ".status.conditions[?(@.type==\"NamespaceFinalizersRemaining\")].status", "True");
        Assert.Equal(
            "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances",
            await kubectl.FieldAsync(what, ".status.conditions[?(@.type==\"NamespaceFinalizersRemaining\")].message"));
        Assert.Equal(
            $"Some resources are remaining: things.{group} has 1 resource instances",
            await kubectl.FieldAsync(what, ".status.conditions[?(@.type==\"NamespaceContentRemaining\")].message"));
        await kubectl.RunAsync($"patch things.{group} held --type=merge -p", """{"metadata":{"finalizers":null}}""");
        await GoneAsync(what);
    }

    [Fact]
    public async Task They_go_with_their_definition_and_so_does_all_that_told_of_them()
    {
        await DefineAsync("sparks", "Spark", "Namespaced");
        await CreateAsync($"{group}/v1", "Spark", "plain", null);
        await CreateAsync($"{group}/v1", "Spark", "held", null, finalizer: "example.com/hold");
        await CreateAsync($"{group}/v1", "Thing", "other", null);
        Assert.Contains("sparks", await kubectl.RunAsync("get --raw", $"/apis/{group}/v1"), StringComparison.Ordinal);

        // Deleting, it still serves what is there, and creates no more.
        await kubectl.RunAsync($"delete crd sparks.{group} --wait=false");
        await kubectl.UntilFieldAsync($"crd/sparks.{group}", ".status.conditions[?(@.type==\"Terminating\")].status", "True");
        await GoneAsync($"sparks.{group}/plain");
        Assert.Contains("create not allowed while custom resource definition is terminating", (await TryCreateAsync("Spark", "late")).Errors, StringComparison.Ordinal);
        await kubectl.RunAsync($"patch sparks.{group} held --type=merge -p", """{"metadata":{"finalizers":null}}""");
        await GoneAsync($"crd/sparks.{group}");

        await Until.AsWantedAsync("discovery", () => kubectl.RunAsync("get --raw", $"/apis/{group}/v1"), list => !list.Contains("sparks", StringComparison.Ordinal));
        Assert.DoesNotContain("Spark", await kubectl.RunAsync("get --raw", $"/openapi/v3/apis/{group}/v1"), StringComparison.Ordinal);
        Assert.NotEqual(0, (await kubectl.TryAsync("get --raw", $"/apis/{group}/v1/namespaces/{kubectl.Namespace}/sparks")).Code);
        Assert.Equal($"thing.{group}/other\n", await kubectl.RunAsync($"get things.{group} -o name"));

        // What comes back under the name is new and empty.
        await DefineAsync("sparks", "Spark", "Namespaced");
        Assert.Equal("", await kubectl.RunAsync($"get sparks.{group} -o name"));
    }

    [Fact]
    public async Task Aggregated_roles_grant_them_and_take_the_grant_back()
    {
        await kubectl.ApplyAsync(Role("edit", "[get, list, watch, create, update, patch, delete]"));
        await kubectl.ApplyAsync(Role("view", "[get, list, watch]"));
        foreach (var (user, role) in new[] { ("anna", "admin"), ("emil", "edit"), ("vera", "view") })
        {
            await kubectl.RunAsync($"create rolebinding {user} --clusterrole={role} --user={user}");
        }

        foreach (var (user, verb, expected) in new[]
        {
            ("anna", "delete", "yes"), ("emil", "create", "yes"), ("emil", "get", "yes"), ("vera", "list", "yes"), ("vera", "create", "no"), ("otto", "get", "no"),
        })
        {
            await Until.AsWantedAsync($"{user} {verb}", () => MayAsync(user, verb), answer => answer == expected, 20);
        }

        // Used, not only asked for.
        Assert.Equal(0, (await TryCreateAsync("Thing", "hers", "--as=emil")).Code);
        Assert.Contains("forbidden", (await TryCreateAsync("Thing", "no", "--as=vera")).Errors, StringComparison.Ordinal);
        await kubectl.RunAsync($"delete clusterrole {group}-edit");
        await Until.AsWantedAsync("the grant is taken back", () => MayAsync("emil", "create"), answer => answer == "no", 20);
    }

    private async Task<string> MayAsync(string user, string verb) => (await kubectl.TryAsync($"auth can-i {verb} things.{group} --as={user}")).Output.Trim();

    private async Task DefineAsync(string plural, string kind, string scope)
    {
        await kubectl.ApplyAsync($$"""
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata:
              name: {{plural}}.{{group}}
            spec:
              group: {{group}}
              scope: {{scope}}
              names: {plural: {{plural}}, kind: {{kind}}}
              versions:
              - name: v1
                served: true
                storage: true
                schema:
                  openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
            """);
        await kubectl.UntilFieldAsync($"crd/{plural}.{group}", ".status.conditions[?(@.type==\"Established\")].status", "True", 20);

        // kubectl keeps what it has discovered for a while.
        await Until.AsWantedAsync("the kind is known", async () => (await kubectl.TryAsync($"get {plural}.{group}")).Code, code => code == 0, 20);
    }

    private async Task<JsonNode> CreateAsync(string apiVersion, string kind, string name, JsonNode? owner, string? finalizer = null)
    {
        var metadata = new JsonObject { ["name"] = name };
        if (owner is not null)
        {
            metadata["ownerReferences"] = new JsonArray(new JsonObject
            {
                ["apiVersion"] = (string?)owner["apiVersion"],
                ["kind"] = (string?)owner["kind"],
                ["name"] = (string?)owner["metadata"]!["name"],
                ["uid"] = (string?)owner["metadata"]!["uid"],
                ["blockOwnerDeletion"] = true,
            });
        }

        if (finalizer is not null)
        {
            metadata["finalizers"] = new JsonArray(finalizer);
        }

        var obj = new JsonObject { ["apiVersion"] = apiVersion, ["kind"] = kind, ["metadata"] = metadata };
        var ran = await kubectl.TryWithAsync(obj.ToJsonString(), "create -o json -f -");
        Assert.True(ran.Code == 0, ran.Errors);
        return JsonNode.Parse(ran.Output)!;
    }

    private Task<Ran> TryCreateAsync(string kind, string name, string options = "") =>
        kubectl.TryWithAsync(new JsonObject { ["apiVersion"] = $"{group}/v1", ["kind"] = kind, ["metadata"] = new JsonObject { ["name"] = name } }.ToJsonString(), $"create {options} -f -");

    private string Role(string to, string verbs) => $$"""
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRole
        metadata:
          name: {{group}}-{{to}}
          labels:
            rbac.authorization.k8s.io/aggregate-to-{{to}}: "true"
        rules:
        - {apiGroups: [{{group}}], resources: [things], verbs: {{verbs}}}
        """;

    private Task<string> GoneAsync(string what) =>
        Until.AsWantedAsync($"{what} is gone", async () => (await kubectl.TryAsync($"get {what}")).Errors, errors => errors.Contains("NotFound", StringComparison.Ordinal));
}
