using Microsoft.Extensions.Logging;

namespace Orchestrator.Agent.Images;

internal sealed partial class ImageArchives
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Imported the images of {Path}")]
    private partial void LogImported(string path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The images of {Path} could not be imported: {Reason}")]
    private partial void LogRefused(string path, string reason);
}
