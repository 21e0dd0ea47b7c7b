namespace Orchestrator.Grains.Objects;

/// <summary>Gives a decision that is repeated the same fresh identities again, so that what webhooks have answered is about the same object.</summary>
internal sealed class ReplayedUids
{
    private readonly List<Guid> given = [];

    /// <summary>The identities of one pass, from the first on.</summary>
    public Func<Guid> Pass()
    {
        var next = 0;
        return () =>
        {
            if (next == given.Count)
            {
                given.Add(Guid.NewGuid());
            }

            return given[next++];
        };
    }
}
