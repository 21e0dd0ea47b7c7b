namespace Orchestrator.Api.Authorization;

/// <summary>How service accounts are named as users.</summary>
/// <remarks>Upstream: apiserver/pkg/authentication/serviceaccount/util.go.</remarks>
public static class ServiceAccountNames
{
    private const string Prefix = "system:serviceaccount:";

    /// <summary>The group of all service accounts.</summary>
    public const string AllGroup = "system:serviceaccounts";

    /// <summary>The user name of an account.</summary>
    public static string UserOf(string ns, string name) => Prefix + ns + ":" + name;

    /// <summary>The groups of an account's user.</summary>
    public static IReadOnlyList<string> GroupsOf(string ns) => [AllGroup, AllGroup + ":" + ns];

    /// <summary>Reads namespace and name from a user name.</summary>
    public static bool TryParse(string user, out string ns, out string name)
    {
        ns = name = "";
        var parts = user.StartsWith(Prefix, StringComparison.Ordinal) ? user[Prefix.Length..].Split(':') : [];
        if (parts.Length != 2 || parts[0].Length == 0 || parts[1].Length == 0)
        {
            return false;
        }

        (ns, name) = (parts[0], parts[1]);
        return true;
    }
}
