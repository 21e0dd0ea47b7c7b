using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Store.Commits;

namespace Orchestrator.Grains.Objects;

/// <summary>Lets the writes of one namespace that charge quotas go one after another on this silo, and hands each what the one before left.</summary>
/// <remarks>Correctness is the store's compare-and-swap; this only spares a thousand pods that are created at once from losing to each other a
/// thousand times. Writes of other silos still compete, and the loser decides again.</remarks>
internal sealed class ChargeTurns
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Line> lines = new(StringComparer.Ordinal);

    /// <summary>Waits for the turn of a namespace.</summary>
    public async Task<Turn> TakeAsync(string ns, CancellationToken cancellationToken)
    {
        Line line;
        lock (gate)
        {
            if (!lines.TryGetValue(ns, out line!))
            {
                lines.Add(ns, line = new Line());
            }

            line.Members++;
        }

        try
        {
            await line.Access.WaitAsync(cancellationToken);
        }
        catch
        {
            Leave(ns, line);
            throw;
        }

        return new Turn(this, ns, line);
    }

    private void Leave(string ns, Line line)
    {
        lock (gate)
        {
            // What the line has learnt goes with its last member: the watch cache knows it soon, and a compare-and-swap until then.
            if (--line.Members == 0)
            {
                lines.Remove(ns);
                line.Access.Dispose();
            }
        }
    }

    /// <summary>Those who wait for a namespace.</summary>
    internal sealed class Line
    {
        public SemaphoreSlim Access { get; } = new(1, 1);

        public Dictionary<ObjectKey, Superseded> Latest { get; } = [];

        public int Members { get; set; }
    }

    /// <summary>The turn of one write; ends when it is disposed.</summary>
    internal sealed class Turn(ChargeTurns turns, string ns, Line line) : IDisposable
    {
        /// <summary>What is known beyond the watch cache.</summary>
        public IReadOnlyDictionary<ObjectKey, Superseded> Latest => line.Latest;

        /// <summary>Whether something newer is known than what these charges were decided on.</summary>
        public bool KnowsBetter(IEnumerable<CompanionWrite> charges) =>
            charges.Any(charge => line.Latest.TryGetValue(charge.Key, out var latest) && latest.Than >= charge.Expected);

        /// <summary>Notes what a charged object has become.</summary>
        /// <param name="key">The object.</param>
        /// <param name="than">A revision that it no longer has.</param>
        /// <param name="now">The object as it stands; null when it is gone.</param>
        public void Note(ObjectKey key, Revision than, StoredObject? now) => line.Latest[key] = new Superseded(than, now);

        /// <summary>Keeps for the next in line what a commit has told of the charged objects.</summary>
        public void Note(CommitOutcome outcome, IReadOnlyList<CompanionWrite> companions)
        {
            var stored = outcome is CommitOutcome.Committed committed ? committed.Companions : [];
            var lost = outcome is CommitOutcome.CompanionConflict conflict ? conflict.Current : new Dictionary<ObjectKey, StoredObject?>();
            for (var index = 0; index < companions.Count; index++)
            {
                var companion = companions[index];
                if (companion.IsCharge && (index < stored.Count || lost.ContainsKey(companion.Key)))
                {
                    Note(companion.Key, companion.Expected, index < stored.Count ? stored[index] : lost[companion.Key]);
                }
            }
        }

        /// <inheritdoc />
        public void Dispose()
        {
            line.Access.Release();
            turns.Leave(ns, line);
        }
    }
}

/// <summary>An object that is known to be newer than some revision.</summary>
/// <param name="Than">The revision that it no longer has.</param>
/// <param name="Now">The object as it stands; null when it is gone.</param>
internal sealed record Superseded(Revision Than, StoredObject? Now);
