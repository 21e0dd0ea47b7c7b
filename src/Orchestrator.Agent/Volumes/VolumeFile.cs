namespace Orchestrator.Agent.Volumes;

/// <summary>A file to be shown in a volume.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="Mode">Its permission bits.</param>
/// <param name="Owner">The user it belongs to; null means root.</param>
internal sealed record VolumeFile(byte[] Content, int Mode, long? Owner = null);
