using System.Text.Json.Nodes;

namespace Orchestrator.Api.Admission;

/// <summary>Which webhooks and policies are asked a second time because the object changed after they had seen it.</summary>
/// <remarks>Upstream: admission/reinvocation.go and webhook/mutating/reinvocationcontext.go. There is one second round and no third.</remarks>
public sealed class Reinvocation
{
    private readonly HashSet<string> called = new(StringComparer.Ordinal);
    private readonly HashSet<string> again = new(StringComparer.Ordinal);
    private JsonNode? lastSeen;

    /// <summary>True: this is the second round.</summary>
    public bool IsSecondRound { get; private set; }

    /// <summary>True: a second round is needed.</summary>
    public bool IsNeeded { get; private set; }

    /// <summary>Begins the second round.</summary>
    public void BeginSecondRound() => IsSecondRound = true;

    /// <summary>Notes the object before the callers of a round: what others changed since the last call counts too.</summary>
    internal void Arrive(JsonNode? obj)
    {
        if (IsSecondRound && !JsonNode.DeepEquals(lastSeen, obj))
        {
            again.UnionWith(called);
        }
    }

    /// <summary>Whether a caller has its turn in this round.</summary>
    internal bool Calls(string identity) => !IsSecondRound || again.Contains(identity);

    /// <summary>Notes that a caller had its turn.</summary>
    internal void Called(string identity, bool isReinvocable, bool isChanged, JsonNode? obj)
    {
        if (isChanged)
        {
            // Those before have not seen this.
            again.UnionWith(called);
            IsNeeded = true;
        }

        if (isReinvocable)
        {
            called.Add(identity);
        }

        lastSeen = obj?.DeepClone();
    }
}
