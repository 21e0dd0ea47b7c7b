using System.Text.Json.Nodes;
using Orchestrator.Gateway.Bootstrap;

namespace Orchestrator.Gateway.Tests.Bootstrap;

public sealed class DefaultRolesTests
{
    [Fact]
    public void Every_object_has_a_key_of_its_own_and_every_binding_a_role_that_exists()
    {
        var all = DefaultRoles.Read();

        Assert.Equal(all.Count, all.Select(one => one.Key).Distinct().Count());
        var roles = all.Where(one => one.Key.Resource is "clusterroles" or "roles").Select(one => (one.Key.Namespace, one.Key.Name)).ToHashSet();
        foreach (var binding in all.Where(one => one.Document.ContainsKey("roleRef")))
        {
            var ns = (string)binding.Document["roleRef"]!["kind"]! == "ClusterRole" ? "" : binding.Key.Namespace;
            Assert.Contains((ns, (string)binding.Document["roleRef"]!["name"]!), roles);
        }
    }

    [Fact]
    public void The_highest_role_may_do_everything()
    {
        var role = DefaultRoles.Read().Single(one => one.Key is { Resource: "clusterroles", Name: "cluster-admin" }).Document;

        Assert.Equal(
            """[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]},{"nonResourceURLs":["*"],"verbs":["*"]}]""", role["rules"]!.ToJsonString());
    }

    [Theory]
    [InlineData("  read on core: pods", "a rule without a role")]
    [InlineData("cluster-role a\n  read pods", "a rule without on or at")]
    [InlineData("cluster-role", "a role without a name")]
    [InlineData("bind a to someone", "a subject without a kind")]
    public void What_is_not_of_the_form_is_refused(string text, string why) => Assert.True(Throws(text), why);

    [Theory]
    [InlineData("""{"rules":[]}""", "a, read on core: pods", true)]
    [InlineData("""{"rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]}""", "a, read on core: pods", false)]
    [InlineData("""{"rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["get","list"]}]}""", "a, read on core: pods", true)]
    [InlineData("""{"rules":[{"apiGroups":[""],"resources":["pods","nodes"],"verbs":["get","list","watch"]}]}""", "a, read on core: pods", false)]
    public void Rights_that_are_missing_are_added_and_others_stay(string stored, string wanted, bool changes)
    {
        var role = DefaultRoles.Parse("cluster-role " + wanted.Replace(", ", "\n  ", StringComparison.Ordinal)).Single().Document;
        var current = JsonNode.Parse(stored)!.AsObject();
        current["metadata"] = role["metadata"]!.DeepClone();

        var completed = RbacReconciliation.Completed(current, role);

        Assert.Equal(changes, completed is not null);
        if (completed is not null)
        {
            Assert.Null(RbacReconciliation.Completed(completed, role));
            Assert.True(completed["rules"]!.AsArray().Count > current["rules"]!.AsArray().Count);
        }
    }

    [Fact]
    public void An_object_that_says_so_is_left_alone()
    {
        var role = DefaultRoles.Parse("cluster-role a\n  read on core: pods").Single().Document;
        var stored = JsonNode.Parse("""{"metadata":{"annotations":{"rbac.authorization.kubernetes.io/autoupdate":"false"}},"rules":[]}""")!.AsObject();

        Assert.Null(RbacReconciliation.Completed(stored, role));
    }

    private static bool Throws(string text)
    {
        try
        {
            DefaultRoles.Parse(text);
            return false;
        }
        catch (FormatException)
        {
            return true;
        }
    }
}
