using Orchestrator.Api.CustomResources;

namespace Orchestrator.Controllers.CustomResourceDefinitions;

/// <summary>Which of the names that a definition asks for it gets: those that no other definition of its group has.</summary>
/// <remarks>Upstream: apiextensions-apiserver/pkg/controller/status/naming_controller.go.</remarks>
/// <param name="Names">The names it has from now on.</param>
/// <param name="Reason">Why a name is not accepted, in a word; empty when all are.</param>
/// <param name="Message">The sentence.</param>
internal sealed record NameAcceptance(CustomNames Names, string Reason, string Message)
{
    public bool IsAccepted => Reason.Length == 0;

    /// <summary>Decides.</summary>
    /// <param name="definition">The definition.</param>
    /// <param name="group">All definitions of its group.</param>
    public static NameAcceptance Of(CustomDefinition definition, IReadOnlyCollection<CustomDefinition> group)
    {
        var resources = group.SelectMany(other => other.Accepted.ShortNames.Append(other.Accepted.Plural).Append(other.Accepted.Singular)).ToHashSet(StringComparer.Ordinal);
        var kinds = group.SelectMany(other => new[] { other.Accepted.Kind, other.Accepted.ListKind }).ToHashSet(StringComparer.Ordinal);
        var (wanted, had) = (definition.Names, definition.Accepted);
        var (reason, message) = ("", "");
        var names = had with { Categories = wanted.Categories };
        if (Fresh(wanted.Plural, had.Plural, resources, "PluralConflict"))
        {
            names = names with { Plural = wanted.Plural };
        }

        if (Fresh(wanted.Singular, had.Singular, resources, "SingularConflict"))
        {
            names = names with { Singular = wanted.Singular };
        }

        var taken = wanted.ShortNames.Where(name => !had.ShortNames.Contains(name) && resources.Contains(name)).Select(InUse).ToList();
        if (taken.Count > 0)
        {
            (reason, message) = ("ShortNamesConflict", taken.Count == 1 ? taken[0] : "[" + string.Join(", ", taken) + "]");
        }
        else
        {
            names = names with { ShortNames = wanted.ShortNames };
        }

        if (Fresh(wanted.Kind, had.Kind, kinds, "KindConflict"))
        {
            names = names with { Kind = wanted.Kind };
        }

        if (Fresh(wanted.ListKind, had.ListKind, kinds, "ListKindConflict"))
        {
            names = names with { ListKind = wanted.ListKind };
        }

        return new NameAcceptance(names, reason, message);

        bool Fresh(string name, string own, HashSet<string> used, string conflict)
        {
            if (name == own || !used.Contains(name))
            {
                return true;
            }

            (reason, message) = (conflict, InUse(name));
            return false;
        }
    }

    private static string InUse(string name) => $"\"{name}\" is already in use";
}
