using Orchestrator.Api.Identity;
using Orchestrator.Api.Selectors;

namespace Orchestrator.Store.Documents;

/// <summary>The values of a document's fields by dotted path, found when asked for.</summary>
internal sealed class DocumentFields(GroupResource resource, ReadOnlyMemory<byte> document)
{
    /// <summary>The last answer: a selector asks every object for the same path again and again.</summary>
    private Answer? last;

    /// <summary>The text of a field as selectors compare it, as of <c>spec.nodeName</c>; empty when the document does not have it.</summary>
    public string Read(string path)
    {
        var known = last;
        if (known is null || known.Path != path)
        {
            last = known = new Answer(path, SelectableFields.Value(resource, document.Span, path));
        }

        return known.Value;
    }

    private sealed record Answer(string Path, string Value);
}
