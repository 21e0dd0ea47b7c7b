namespace Orchestrator.Api.Kinds.CustomResourceDefinitions;

/// <summary>What holds a definition until its objects are gone.</summary>
public static class DefinitionCleanup
{
    /// <summary>The finalizer that the server sets when a definition is deleted.</summary>
    public const string Finalizer = "customresourcecleanup.apiextensions.k8s.io";

    /// <summary>The condition that says how far the deletion is.</summary>
    public const string Condition = "Terminating";
}
