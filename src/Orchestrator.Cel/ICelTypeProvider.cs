namespace Orchestrator.Cel;

/// <summary>Describes the object types that expressions may look into or construct.</summary>
public interface ICelTypeProvider
{
    /// <summary>Whether an object type has that full name.</summary>
    bool IsObjectType(string name);

    /// <summary>The type of a field of an object type, or null when it has no such field.</summary>
    CelType? FindField(string objectType, string field);

    /// <summary>The names of the fields, in the order that a constructed object lists them.</summary>
    IEnumerable<string> Fields(string objectType);
}
