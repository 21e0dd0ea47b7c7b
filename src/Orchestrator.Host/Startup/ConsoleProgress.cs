using Spectre.Console;

namespace Orchestrator.Host.Startup;

/// <summary>Progress for a person at a terminal, or plain lines when the output goes elsewhere.</summary>
internal sealed class ConsoleProgress : IStartProgress
{
    private readonly bool coloured = !Console.IsOutputRedirected;

    /// <inheritdoc />
    public void Done(string what)
    {
        if (coloured)
        {
            AnsiConsole.MarkupLine("[green]✓[/] " + Markup.Escape(what));
        }
        else
        {
            Console.WriteLine("- " + what);
        }
    }

    /// <inheritdoc />
    public void Ready(IReadOnlyList<string> lines)
    {
        foreach (var line in lines)
        {
            Console.WriteLine(line);
        }
    }
}
