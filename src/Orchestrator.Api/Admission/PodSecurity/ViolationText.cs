namespace Orchestrator.Api.Admission.PodSecurity;

/// <summary>The turns of phrase of violations.</summary>
internal static class ViolationText
{
    /// <summary>The names in quotes, as they are: upstream escapes nothing here, and an annotation brings quotes of its own.</summary>
    public static string Quoted(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"\"{name}\""));

    /// <summary>The distinct names in their order, in quotes.</summary>
    public static string QuotedSet(IEnumerable<string> names) => Quoted(names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    /// <summary>The word for one or for many.</summary>
    public static string Plural(string one, string many, int number) => number == 1 ? one : many;

    /// <summary>As in <c>container "a"</c> and <c>containers "a", "b"</c>.</summary>
    public static string Containers(IReadOnlyCollection<string> names) => $"{Plural("container", "containers", names.Count)} {Quoted(names)}";

    /// <summary>As in <c>pod and container "a"</c>: who sets something.</summary>
    public static string Setters(bool pod, IReadOnlyCollection<string> containers) =>
        string.Join(" and ", new[] { pod ? "pod" : "", containers.Count > 0 ? Containers(containers) : "" }.Where(setter => setter.Length > 0));
}
