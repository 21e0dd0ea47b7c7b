namespace Orchestrator.Cel.Parsing;

/// <summary>Walks syntax trees.</summary>
internal static class CelTree
{
    /// <summary>The vertex and everything below it, parents first.</summary>
    public static IEnumerable<CelExpression> Walk(CelExpression root)
    {
        var open = new Stack<CelExpression>();
        open.Push(root);
        while (open.TryPop(out var vertex))
        {
            yield return vertex;
            foreach (var child in Children(vertex).Reverse()) open.Push(child);
        }
    }

    private static IEnumerable<CelExpression> Children(CelExpression vertex) => vertex switch
    {
        SelectExpression select => [select.Operand],
        CallExpression { Target: null } call => call.Arguments,
        CallExpression call => [call.Target, .. call.Arguments],
        ListExpression list => list.Elements,
        MapExpression map => map.Entries.SelectMany(entry => new[] { entry.Key, entry.Value }),
        ObjectExpression obj => obj.Fields.Select(field => field.Value),
        ComprehensionExpression fold => [fold.Range, fold.Initial, fold.Condition, fold.Step, fold.Result],
        _ => [],
    };
}
