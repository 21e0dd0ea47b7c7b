namespace Orchestrator.Cel.Parsing;

internal enum CelTokenKind
{
    End,
    Identifier,
    QuotedIdentifier,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    Symbol,
}

/// <summary>A word of the source; the position counts code points.</summary>
internal readonly record struct CelToken(CelTokenKind Kind, string Text, int Position)
{
    /// <summary>The text as syntax errors quote it.</summary>
    public string Shown => Kind == CelTokenKind.End ? "<EOF>" : Text.Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal);

    public bool Is(string symbol) => Kind == CelTokenKind.Symbol && Text == symbol;
}
