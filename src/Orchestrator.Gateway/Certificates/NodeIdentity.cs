namespace Orchestrator.Gateway.Certificates;

/// <summary>How a node's agent is named in certificates: upstream's node identity.</summary>
internal static class NodeIdentity
{
    /// <summary>The group of all nodes.</summary>
    public const string Group = "system:nodes";

    private const string Prefix = "system:node:";

    /// <summary>The user name of a node.</summary>
    public static string UserOf(string nodeName) => Prefix + nodeName;

    /// <summary>The node that a user is, or null.</summary>
    public static string? NodeOf(string user, IEnumerable<string> groups) =>
        user.StartsWith(Prefix, StringComparison.Ordinal) && user.Length > Prefix.Length && groups.Contains(Group) ? user[Prefix.Length..] : null;
}
