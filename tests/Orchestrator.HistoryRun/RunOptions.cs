namespace Orchestrator.HistoryRun;

/// <summary>What a run is.</summary>
/// <param name="Seed">Decides which faults come when, and what clients do.</param>
/// <param name="Time">How long faults come.</param>
/// <param name="Only">Only faults whose name contains it; empty: all.</param>
/// <param name="Program">The orchestrator.dll to run; empty: the one that was built in this repository.</param>
public sealed record RunOptions(int Seed, TimeSpan Time, string Only = "", string Program = "");
