using Orchestrator.Api.CustomResources;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Grains.Conversion;

/// <summary>Converts custom resources between the versions of their definition by the webhook that it names.</summary>
/// <remarks>The I/O seam of conversion: the gateway asks for it in reads, grains before they decide and after.</remarks>
public interface IObjectConverter
{
    /// <summary>Converts documents of one definition.</summary>
    /// <param name="definition">The definition; it names a webhook.</param>
    /// <param name="documents">The documents, of any of its versions.</param>
    /// <param name="apiVersion">The apiVersion that is wanted.</param>
    /// <param name="patience">A webhook that does not answer in this time has failed.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<ConversionOutcome> ConvertAsync(
        CustomDefinition definition, IReadOnlyList<ReadOnlyMemory<byte>> documents, string apiVersion, TimeSpan patience, CancellationToken cancellationToken);
}

/// <summary>What came of a conversion: a document for each that was given, or why not.</summary>
/// <param name="Documents">The converted documents in their order; empty when there is a failure.</param>
/// <param name="Failure">Why not.</param>
public sealed record ConversionOutcome(IReadOnlyList<ReadOnlyMemory<byte>> Documents, ApiStatus? Failure)
{
    /// <summary>A failure with upstream's text. Upstream answers with a plain error here, which becomes a 500 without a reason.</summary>
    public static ConversionOutcome Failed(string message) => new([], new ApiStatus(500, "", message));
}
