using Orchestrator.Api.CustomResources;
using Orchestrator.Grains.Conversion;

namespace Orchestrator.Gateway.Tests.Fakes;

/// <summary>Converts nothing: what webhooks do is tested where they are called.</summary>
internal sealed class FakeConverter : IObjectConverter
{
    public Task<ConversionOutcome> ConvertAsync(
        CustomDefinition definition, IReadOnlyList<ReadOnlyMemory<byte>> documents, string apiVersion, TimeSpan patience, CancellationToken cancellationToken) =>
        Task.FromResult(ConversionOutcome.Failed("no webhook"));
}
