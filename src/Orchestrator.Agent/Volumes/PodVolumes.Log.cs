using Microsoft.Extensions.Logging;

namespace Orchestrator.Agent.Volumes;

internal sealed partial class PodVolumes
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "The files of volume {Volume} of pod {Namespace}/{Name} were replaced")]
    private partial void LogRefreshed(string @namespace, string name, string volume);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A subPath of volume {Volume} of container {Container} was refused: {Error}")]
    private partial void LogPinFailed(string volume, string container, string error);
}
