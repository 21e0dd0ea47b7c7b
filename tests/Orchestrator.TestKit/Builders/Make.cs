namespace Orchestrator.TestKit.Builders;

/// <summary>Short beginnings for builders: <c>using static</c> this class.</summary>
public static class Make
{
    /// <summary>A pod of one container.</summary>
    public static PodBuilder MakePod(string name = "pod", string ns = "default") => new(name, ns);

    /// <summary>A ready node with room.</summary>
    public static NodeBuilder MakeNode(string name = "node") => new(name);
}
