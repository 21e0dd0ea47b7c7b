namespace Orchestrator.Api.Patching;

/// <summary>Who writes fields, and how: what ownership of fields is recorded under.</summary>
/// <param name="Manager">The field manager's name.</param>
/// <param name="ApiVersion">The apiVersion of the request, as in <c>apps/v1</c>.</param>
/// <param name="Subresource">The subresource written; empty for the object itself.</param>
/// <param name="Now">The time of the write.</param>
public sealed record FieldWriter(string Manager, string ApiVersion, string Subresource, DateTimeOffset Now);
