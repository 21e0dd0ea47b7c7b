namespace Orchestrator.EndToEnd.Tests.Harness;

/// <summary>Client libraries and tools that <c>./orchestrator test</c> gets, and where it put them.</summary>
public static class ClientTools
{
    /// <summary>Debian's kubectl (1.20), which speaks SPDY; null where it was not got.</summary>
    public static string? OldKubectl { get; } = Found(Environment.GetEnvironmentVariable("ORCHESTRATOR_TEST_OLD_KUBECTL"));

    /// <summary>The interpreter that Debian's python3-kubernetes belongs to, whichever python3 comes first on the path.</summary>
    public static string? Python { get; } = Found("/usr/bin/python3");

    /// <summary>npm; null where there is none.</summary>
    public static string? Npm { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(directory => Path.Combine(directory, "npm")).FirstOrDefault(File.Exists);

    private static string? Found(string? path) => path is not null && File.Exists(path) ? path : null;
}
