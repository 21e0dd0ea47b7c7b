using Orchestrator.Grains.Tokens;

namespace Orchestrator.Grains.Tests.Fakes;

/// <summary>Tokens that say what they were asked for.</summary>
public sealed class FakeTokenIssuer(TimeProvider clock) : ITokenIssuer
{
    public ValueTask<IssuedToken> IssueAsync(
        string ns,
        string serviceAccount,
        string serviceAccountUid,
        IReadOnlyList<string> audiences,
        TimeSpan lifetime,
        string podName,
        string podUid,
        CancellationToken cancellationToken) => ValueTask.FromResult(
            new IssuedToken($"{ns}/{serviceAccount}/{serviceAccountUid}/{podName}/{podUid}", clock.GetUtcNow() + lifetime));
}
