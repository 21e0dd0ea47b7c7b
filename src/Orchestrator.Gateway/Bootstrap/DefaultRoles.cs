using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;

namespace Orchestrator.Gateway.Bootstrap;

/// <summary>Reads the roles and bindings that every cluster has. The file's head says how it is written.</summary>
/// <remarks>Upstream: plugin/pkg/auth/authorizer/rbac/bootstrappolicy, whose names and rights these are.</remarks>
internal sealed class DefaultRoles
{
    /// <summary>What a ClusterRole is labelled with that another one gathers, before that one's name.</summary>
    public const string AggregationLabel = "rbac.authorization.k8s.io/aggregate-to-";

    private const string Group = "rbac.authorization.k8s.io";
    private const string Resource = "Orchestrator.Gateway.Bootstrap.DefaultRoles.txt";
    private static readonly char[] Space = [' '];

    private readonly List<DefaultObject> objects = [];
    private JsonObject? role;

    private DefaultRoles()
    {
    }

    /// <summary>Reads the file that comes with the gateway.</summary>
    public static IReadOnlyList<DefaultObject> Read()
    {
        using var stream = typeof(DefaultRoles).Assembly.GetManifestResourceStream(Resource)!;
        using var reader = new StreamReader(stream);
        return Parse(reader.ReadToEnd());
    }

    /// <summary>Reads roles and bindings.</summary>
    /// <exception cref="FormatException">A line is not of the form that the file's head describes.</exception>
    public static IReadOnlyList<DefaultObject> Parse(string text)
    {
        var roles = new DefaultRoles();
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split(Space, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 0 && words[0][0] != '#')
            {
                roles.Take(words, isIndented: line[0] == ' ');
            }
        }

        return roles.objects;
    }

    private void Take(string[] words, bool isIndented)
    {
        if (isIndented)
        {
            AddToRole(role ?? throw new FormatException("a rule stands before any role"), words);
            return;
        }

        role = null;
        switch (words)
        {
            case ["cluster-role", var name]:
                role = Add("clusterroles", "ClusterRole", "", name);
                break;
            case ["role", var ns, var name]:
                role = Add("roles", "Role", ns, name);
                break;
            case ["controller", var name]:
                role = Add("clusterroles", "ClusterRole", "", "system:controller:" + name);
                AddBinding("", "system:controller:" + name, "ClusterRole", "system:controller:" + name, ["account:kube-system/" + name]);
                break;
            case ["bind", var name, "to", .. var subjects]:
                AddBinding("", name, "ClusterRole", name, subjects);
                break;
            case ["bind-in", var ns, var name, var of, "to", .. var subjects]:
                AddBinding(ns, name, "Role", of, subjects);
                break;
            default:
                throw new FormatException($"'{string.Join(' ', words)}' declares nothing");
        }
    }

    private JsonObject Add(string resource, string kind, string ns, string name)
    {
        var metadata = new JsonObject
        {
            ["name"] = name,
            ["labels"] = new JsonObject { ["kubernetes.io/bootstrapping"] = "rbac-defaults" },
            ["annotations"] = new JsonObject { [RbacReconciliation.AutoUpdateAnnotation] = "true" },
        };
        if (ns.Length > 0)
        {
            metadata["namespace"] = ns;
        }

        var document = new JsonObject { ["apiVersion"] = Group + "/v1", ["kind"] = kind, ["metadata"] = metadata };
        objects.Add(new DefaultObject(new ObjectKey(Group, resource, ns, name), document));
        return document;
    }

    private void AddBinding(string ns, string name, string roleKind, string roleName, string[] subjects)
    {
        var binding = ns.Length == 0 ? Add("clusterrolebindings", "ClusterRoleBinding", ns, name) : Add("rolebindings", "RoleBinding", ns, name);
        binding["roleRef"] = new JsonObject { ["apiGroup"] = Group, ["kind"] = roleKind, ["name"] = roleName };
        if (subjects.Length > 0)
        {
            binding["subjects"] = new JsonArray([.. subjects.Select(Subject)]);
        }
    }

    private static JsonObject Subject(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var (kind, name) = colon < 0 ? ("", text) : (text[..colon], text[(colon + 1)..]);
        return kind switch
        {
            "group" => new JsonObject { ["apiGroup"] = Group, ["kind"] = "Group", ["name"] = name },
            "user" => new JsonObject { ["apiGroup"] = Group, ["kind"] = "User", ["name"] = name },
            "account" when name.Split('/') is [var ns, var account] =>
                new JsonObject { ["kind"] = "ServiceAccount", ["name"] = account, ["namespace"] = ns },
            _ => throw new FormatException($"'{text}' is no subject"),
        };
    }

    private static void AddToRole(JsonObject role, string[] words)
    {
        switch (words)
        {
            case ["joins", var name]:
                role["metadata"]!["labels"]![AggregationLabel + name] = "true";
                return;
            case ["gathers"]:
                var name1 = (string)role["metadata"]!["name"]!;
                var labels = new JsonObject { ["matchLabels"] = new JsonObject { [AggregationLabel + name1] = "true" } };
                role["aggregationRule"] = new JsonObject { ["clusterRoleSelectors"] = new JsonArray(labels) };
                return;
            default:
                var rules = role["rules"] as JsonArray;
                role["rules"] = rules ??= [];
                rules.Add(Rule(words));
                return;
        }
    }

    private static JsonObject Rule(string[] words)
    {
        var at = Array.FindIndex(words, word => word is "on" or "at");
        if (at <= 0 || at == words.Length - 1)
        {
            throw new FormatException($"'{string.Join(' ', words)}' is no rule");
        }

        var verbs = words[..at].SelectMany(Verbs).Distinct();
        if (words[at] == "at")
        {
            return new JsonObject { ["nonResourceURLs"] = Sorted(words[(at + 1)..]), ["verbs"] = Sorted(verbs) };
        }

        var groups = words[at + 1].TrimEnd(':').Split(',').Select(group => group == "core" ? "" : group);
        var rest = words[(at + 2)..];
        var named = Array.IndexOf(rest, "named");
        var rule = new JsonObject { ["apiGroups"] = Sorted(groups), ["resources"] = Sorted(named < 0 ? rest : rest[..named]) };
        if (named >= 0)
        {
            rule["resourceNames"] = Sorted(rest[(named + 1)..]);
        }

        rule["verbs"] = Sorted(verbs);
        return rule;
    }

    private static string[] Verbs(string word) => word switch
    {
        "read" => ["get", "list", "watch"],
        "write" => ["create", "update", "patch", "delete", "deletecollection"],
        "change" => ["update", "patch"],
        _ => [word],
    };

    /// <summary>Upstream sorts each list of a rule.</summary>
    private static JsonArray Sorted(IEnumerable<string> words) =>
        new([.. words.Order(StringComparer.Ordinal).Select(word => JsonValue.Create(word))]);
}

/// <summary>An object that every cluster has.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Document">It, as a client would send it.</param>
internal sealed record DefaultObject(ObjectKey Key, JsonObject Document);
