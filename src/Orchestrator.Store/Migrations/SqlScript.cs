using System.Globalization;

namespace Orchestrator.Store.Migrations;

/// <summary>A file of sql/, embedded in the program.</summary>
/// <param name="Version">The migration's number; zero for a script that is not a migration.</param>
/// <param name="Name">The file's name without extension.</param>
/// <param name="Text">The SQL.</param>
internal sealed record SqlScript(int Version, string Name, string Text)
{
    /// <summary>The migrations in the order of their numbers.</summary>
    public static IReadOnlyList<SqlScript> Migrations { get; } = ReadMigrations();

    /// <summary>The tables and query texts of the Orleans providers.</summary>
    public static SqlScript Orleans { get; } = new(0, "orleans", Read(Resources().Single(name => name.EndsWith("sql.orleans.sql", StringComparison.Ordinal))));

    /// <summary>The whole schema, for reading and for the test that compares it with the migrations.</summary>
    public static SqlScript Schema { get; } = new(0, "schema", Read(Resources().Single(name => name.EndsWith("sql.schema.sql", StringComparison.Ordinal))));

    /// <summary>The schema version that this program writes.</summary>
    public static int CurrentVersion => Migrations[^1].Version;

    private static SqlScript[] ReadMigrations() =>
        [.. Resources()
            .Where(name => name.Contains(".migrations.", StringComparison.Ordinal))
            .Select(ReadMigration)
            .OrderBy(script => script.Version)];

    private static SqlScript ReadMigration(string resource)
    {
        var name = resource.Split('.')[^2].TrimStart('_');
        var version = int.Parse(name.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture);
        return new SqlScript(version, name, Read(resource));
    }

    private static string[] Resources() => typeof(SqlScript).Assembly.GetManifestResourceNames();

    private static string Read(string resource)
    {
        using var stream = typeof(SqlScript).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"the program lacks its resource {resource}");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
