using System.Globalization;
using Orchestrator.Host.Processes;
using Orchestrator.Host.Startup;

namespace Orchestrator.Host.Database;

/// <summary>An installed PostgreSQL.</summary>
/// <param name="Directory">Where initdb and postgres are.</param>
/// <param name="Major">Its major version: data directories are good for this one alone.</param>
internal sealed record PostgresBinaries(string Directory, int Major)
{
    private const string DebianRoot = "/usr/lib/postgresql";

    /// <summary>The newest version, or the one that a data directory was made by.</summary>
    public static async Task<PostgresBinaries> FindAsync(int? major, CancellationToken cancellationToken)
    {
        var found = await InstalledAsync(cancellationToken);
        if (found.Count == 0)
        {
            throw new StartupException("PostgreSQL is not installed: install the package postgresql (Debian: apt-get install postgresql), or give a database with --database");
        }

        return found.OrderByDescending(candidate => candidate.Major).FirstOrDefault(candidate => major is null || candidate.Major == major)
            ?? throw new StartupException($"the cluster's database was made by PostgreSQL {major}, and only {string.Join(", ", found.Select(candidate => candidate.Major))} is installed: install postgresql-{major}, or upgrade the data with pg_upgrade");
    }

    private static async Task<List<PostgresBinaries>> InstalledAsync(CancellationToken cancellationToken)
    {
        List<PostgresBinaries> found = [];
        foreach (var directory in System.IO.Directory.Exists(DebianRoot) ? System.IO.Directory.GetDirectories(DebianRoot) : [])
        {
            var binaries = Path.Combine(directory, "bin");
            if (File.Exists(Path.Combine(binaries, "postgres")) && int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            {
                found.Add(new PostgresBinaries(binaries, version));
            }
        }

        // Other distributions have it on the PATH.
        if (found.Count == 0 && HostProgram.Find("postgres") is { } program)
        {
            var words = (await HostProgram.RunAsync(program, ["--version"], cancellationToken)).Split(' ', '.', '\n');
            found.AddRange(words.Where(word => int.TryParse(word, out _)).Take(1).Select(word => new PostgresBinaries(Path.GetDirectoryName(program)!, int.Parse(word, CultureInfo.InvariantCulture))));
        }

        return found;
    }
}
