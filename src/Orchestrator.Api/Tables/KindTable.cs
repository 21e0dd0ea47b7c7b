namespace Orchestrator.Api.Tables;

/// <summary>How the objects of a kind are printed: the columns, and the cells of one object.</summary>
/// <param name="Columns">The columns.</param>
/// <param name="Cells">One value per column: text, long, bool or null.</param>
/// <param name="Condition">What the row says of the object as a whole: Succeeded or Failed; null says nothing.</param>
/// <param name="Rank">What a list's rows are ordered by before their names; null: by their names alone, as the list is.</param>
internal sealed record KindTable(
    TableColumn[] Columns, Func<PrintedObject, object?[]> Cells, Func<PrintedObject, RowCondition?>? Condition = null, Func<PrintedObject, long>? Rank = null)
{
    internal static readonly TableColumn Name = new("Name", "string", "name", 0, "Name must be unique within a namespace.");

    internal static readonly TableColumn Age = new("Age", "string", "", 0, "How long ago the object was created.");

    /// <summary>For kinds without columns of their own.</summary>
    internal static readonly KindTable Default = new(
        [Name, new("Created At", "date", "", 0, "When the object was created.")],
        o => [o.Name, o.Text("metadata.creationTimestamp")]);

    internal static TableColumn Text(string name, string description) => new(name, "string", "", 0, description);

    internal static TableColumn Integer(string name, string description) => new(name, "integer", "", 0, description);

    internal static TableColumn Flag(string name, string description) => new(name, "boolean", "", 0, description);

    internal static TableColumn Wide(string name, string description) => new(name, "string", "", 1, description);

    internal static TableColumn[] WideContainers { get; } =
    [
        Wide("Containers", "Names of each container in the template."),
        Wide("Images", "Images referenced by each container in the template."),
        Wide("Selector", "Which pods belong to the object."),
    ];
}

/// <summary>What a row says of its object as a whole: clients may hide completed pods by it.</summary>
/// <param name="Reason">Succeeded or Failed.</param>
/// <param name="Message">The sentence.</param>
internal sealed record RowCondition(string Reason, string Message);
