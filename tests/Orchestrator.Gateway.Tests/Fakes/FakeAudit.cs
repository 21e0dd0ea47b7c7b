using Orchestrator.Store.Audit;

namespace Orchestrator.Gateway.Tests.Fakes;

/// <summary>Reports what a test has put in.</summary>
internal sealed class FakeAudit : ICacheAudit
{
    /// <summary>The next report, which is also the last one.</summary>
    public AuditReport? Last { get; set; }

    public Task<AuditReport?> RunAsync(CancellationToken cancellationToken) => Task.FromResult(Last);
}
