using Orchestrator.Host.Cluster;
using Orchestrator.Host.Startup;

namespace Orchestrator.Host.Tests.Cluster;

public sealed class DataDirectoryTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("host-test-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task A_directory_of_a_newer_program_is_left_alone()
    {
        await File.WriteAllTextAsync(Path.Combine(root, "cluster.json"), """{"layout":99,"podCidr":"","serviceCidr":"","nodeName":"","apiPort":1}""", TestContext.Current.CancellationToken);
        await RefusesAsync("newer version");
    }

    [Fact]
    public async Task A_directory_of_something_else_is_left_alone()
    {
        await File.WriteAllTextAsync(Path.Combine(root, "thesis.txt"), "", TestContext.Current.CancellationToken);
        await RefusesAsync("other things");
    }

    [Fact]
    public async Task A_damaged_record_is_told()
    {
        await File.WriteAllTextAsync(Path.Combine(root, "cluster.json"), "{", TestContext.Current.CancellationToken);
        await RefusesAsync("damaged");
    }

    [Fact]
    public async Task A_path_that_leaves_no_room_for_sockets_is_refused()
    {
        var error = await Assert.ThrowsAsync<StartupException>(() => DataDirectory.Of("/tmp/" + new string('x', 90)).PrepareAsync(TestContext.Current.CancellationToken));
        Assert.Contains("too long", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_one_server_has_a_directory()
    {
        var directory = DataDirectory.Of(root);
        await directory.PrepareAsync(TestContext.Current.CancellationToken);
        using (directory.Lock())
        {
            Assert.Contains("already running", Assert.Throws<StartupException>(() => directory.Lock()).Message, StringComparison.Ordinal);
        }

        directory.Lock().Dispose();
    }

    [Fact]
    public async Task Keys_are_made_once_and_for_their_owner_alone()
    {
        var directory = DataDirectory.Of(root);
        await directory.PrepareAsync(TestContext.Current.CancellationToken);
        using var first = ClusterSecrets.LoadOrCreate(directory.Secrets, TimeProvider.System);
        using var second = ClusterSecrets.LoadOrCreate(directory.Secrets, TimeProvider.System);
        Assert.Equal(first.Authority.CertificatePem, second.Authority.CertificatePem);
        Assert.All(
            Directory.GetFiles(directory.Secrets, "*.key"),
            path => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path)));
    }

    private async Task RefusesAsync(string why)
    {
        var error = await Assert.ThrowsAsync<StartupException>(() => DataDirectory.Of(root).PrepareAsync(TestContext.Current.CancellationToken));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }
}
