using System.Text.Json;

namespace Orchestrator.Api.Authorization;

/// <summary>A RoleBinding or ClusterRoleBinding as authorization reads it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Namespace">Its namespace; empty for a ClusterRoleBinding.</param>
/// <param name="RoleKind">ClusterRole or Role.</param>
/// <param name="RoleName">The role that it grants.</param>
/// <param name="Subjects">To whom.</param>
public sealed record RoleBindingView(string Name, string Namespace, string RoleKind, string RoleName, RoleSubject[] Subjects)
{
    /// <summary>Reads the document.</summary>
    public static RoleBindingView Read(JsonElement binding, string ns, string name)
    {
        var role = binding.TryGetProperty("roleRef", out var reference) ? reference : default;
        var subjects = binding.TryGetProperty("subjects", out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Select(subject => new RoleSubject(Text(subject, "kind"), Text(subject, "name"), Text(subject, "namespace")))
            : [];
        return new RoleBindingView(name, ns, Text(role, "kind"), Text(role, "name"), [.. subjects]);
    }

    /// <summary>The subject that the user is, or null.</summary>
    public RoleSubject? SubjectFor(string user, IReadOnlyList<string> groups)
    {
        foreach (var subject in Subjects)
        {
            if (subject.Matches(user, groups, Namespace))
            {
                return subject;
            }
        }

        return null;
    }

    private static string Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
}

/// <summary>Whom a binding grants to.</summary>
/// <param name="Kind">User, Group or ServiceAccount.</param>
/// <param name="Name">The name.</param>
/// <param name="Namespace">The namespace of an account.</param>
public sealed record RoleSubject(string Kind, string Name, string Namespace)
{
    /// <summary>True when the user is meant. A service account without a namespace lives in the binding's.</summary>
    public bool Matches(string user, IReadOnlyList<string> groups, string bindingNamespace) => Kind switch
    {
        "User" => user == Name,
        "Group" => groups.Contains(Name),
        "ServiceAccount" => user == ServiceAccountNames.UserOf(Namespace.Length == 0 ? bindingNamespace : Namespace, Name),
        _ => false,
    };

    /// <summary>The subject in a reason, as in <c>User "bob"</c>.</summary>
    public string Describe(string bindingNamespace) => Kind == "ServiceAccount"
        ? $"{Kind} \"{Name}/{(Namespace.Length == 0 ? bindingNamespace : Namespace)}\""
        : $"{Kind} \"{Name}\"";
}
