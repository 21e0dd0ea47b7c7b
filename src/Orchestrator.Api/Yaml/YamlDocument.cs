namespace Orchestrator.Api.Yaml;

/// <summary>What became of a YAML document.</summary>
/// <param name="Json">The same document as UTF-8 JSON; null when there is a fault.</param>
/// <param name="Fault">Why it cannot be read, in upstream's form; null when it can.</param>
/// <param name="DuplicateKeys">Keys given twice, in upstream's words; the last one counts. Strict field validation refuses them.</param>
public sealed record YamlDocument(byte[]? Json, string? Fault, IReadOnlyList<string> DuplicateKeys);
