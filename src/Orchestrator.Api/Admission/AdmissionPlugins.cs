namespace Orchestrator.Api.Admission;

/// <summary>The plugins that are on, in the order in which they run.</summary>
public static class AdmissionPlugins
{
    /// <summary>The plugins of the built-in rules.</summary>
    public static IReadOnlyList<IAdmissionPlugin> BuiltIn { get; } = [];
}
