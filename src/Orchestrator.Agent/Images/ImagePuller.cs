using Orchestrator.Agent.Cri;
using Orchestrator.AgentProtocol.Cri;

namespace Orchestrator.Agent.Images;

/// <summary>Pulls images, a bounded number at once.</summary>
internal sealed class ImagePuller(ICriRuntime runtime) : IDisposable
{
    /// <summary>Pulls at once. More wait their turn; pods whose image is present never come here.</summary>
    private const int AtOnce = 8;

    private readonly SemaphoreSlim _turns = new(AtOnce, AtOnce);

    /// <summary>Pulls an image with the first credentials that the registry takes.</summary>
    /// <returns>The image on the host.</returns>
    /// <exception cref="CriException">It could not be pulled: the last refusal.</exception>
    public async Task<Image> PullAsync(string image, IReadOnlyList<AuthConfig> credentials, CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken);
        try
        {
            var reference = await TryAsync(image, credentials, cancellationToken);
            return await runtime.ImageStatusAsync(reference, cancellationToken)
                ?? throw new CriException(Grpc.Core.StatusCode.NotFound, $"image {reference} is gone right after it was pulled");
        }
        finally
        {
            _turns.Release();
        }
    }

    public void Dispose() => _turns.Dispose();

    private async Task<string> TryAsync(string image, IReadOnlyList<AuthConfig> credentials, CancellationToken cancellationToken)
    {
        for (var i = 0; i < credentials.Count - 1; i++)
        {
            try
            {
                return await runtime.PullImageAsync(image, credentials[i], null, cancellationToken);
            }
            catch (CriException refused) when (!refused.IsUnreachable)
            {
                // The next ones may be taken; if none is, the last refusal is told.
            }
        }

        return await runtime.PullImageAsync(image, credentials.Count > 0 ? credentials[^1] : null, null, cancellationToken);
    }
}
