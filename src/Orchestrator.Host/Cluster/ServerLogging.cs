using Microsoft.Extensions.Logging;

namespace Orchestrator.Host.Cluster;

/// <summary>How the program's processes log: one line each, in UTC, to their output.</summary>
internal static class ServerLogging
{
    /// <summary>Sets it up.</summary>
    public static void Configure(ILoggingBuilder logging, LogLevel level)
    {
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.UseUtcTimestamp = true;
            console.ColorBehavior = Microsoft.Extensions.Logging.Console.LoggerColorBehavior.Disabled;
        });

        // The libraries' ordinary doings are of no interest to an operator.
        logging.SetMinimumLevel(LogLevel.Warning);
        logging.AddFilter("Orchestrator", level);

        // It recommends the garbage collector of large servers at each start, and its watchdog's clock begins at the epoch.
        logging.AddFilter("Orleans.Runtime.Silo", LogLevel.Error);
        logging.AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error);
    }

    /// <summary>Loggers for a process without a host.</summary>
    public static ILoggerFactory Create(LogLevel level) => LoggerFactory.Create(logging => Configure(logging, level));
}
