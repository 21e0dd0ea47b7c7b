namespace Orchestrator.Host.Processes;

/// <summary>How this program is run once more.</summary>
internal static class OwnProgram
{
    /// <summary>The command line up to the arguments: the program itself, or dotnet and its assembly.</summary>
    public static IReadOnlyList<string> Command
    {
        get
        {
            var process = Environment.ProcessPath ?? throw new InvalidOperationException("the path of this process is unknown");
            return Path.GetFileNameWithoutExtension(process) == "dotnet" ? [process, typeof(OwnProgram).Assembly.Location] : [process];
        }
    }
}
