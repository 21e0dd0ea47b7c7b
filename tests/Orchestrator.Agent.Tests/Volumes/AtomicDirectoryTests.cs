using System.Text;
using Orchestrator.Agent.Volumes;

namespace Orchestrator.Agent.Tests.Volumes;

public sealed class AtomicDirectoryTests : IDisposable
{
    private readonly TemporaryDirectory home = new();

    public void Dispose() => home.Dispose();

    [Fact]
    public void Files_are_seen_under_their_paths()
    {
        Show(("a", "1"), ("d/e", "2"));
        Assert.Equal("1", Read("a"));
        Assert.Equal("2", Read("d/e"));
        Assert.Equal("..data/a", new FileInfo(Path.Combine(home.Path, "a")).LinkTarget);
        Assert.Equal((UnixFileMode)0x1A4, File.GetUnixFileMode(Path.Combine(home.Path, "a")));
    }

    [Fact]
    public void The_same_files_again_change_nothing()
    {
        Show(("a", "1"));
        var before = Target();
        Assert.False(Show(("a", "1")));
        Assert.Equal(before, Target());
    }

    [Theory]
    [InlineData("a", "2")]
    [InlineData("b", "1")]
    [InlineData("a/b", "1")]
    public void Other_files_take_the_place_of_all_before(string path, string content)
    {
        Show(("a", "1"), ("old", "1"));
        Assert.True(Show((path, content)));
        Assert.Equal(content, Read(path));
        Assert.False(File.Exists(Path.Combine(home.Path, "old")));
        Assert.Equal(3, Directory.EnumerateFileSystemEntries(home.Path).Count());
    }

    [Fact]
    public void What_a_crash_left_is_cleared_away()
    {
        Directory.CreateDirectory(Path.Combine(home.Path, "..2020_01_01"));
        File.CreateSymbolicLink(Path.Combine(home.Path, "..data_tmp"), "..2020_01_01");
        Show(("a", "1"));
        Assert.Equal("1", Read("a"));
        Assert.Equal(3, Directory.EnumerateFileSystemEntries(home.Path).Count());
    }

    [Fact]
    public async Task A_reader_never_sees_half_of_an_update()
    {
        Show(("a", "0"), ("b", "0"));
        var writer = Task.Run(() =>
        {
            for (var i = 1; i <= 200; i++)
            {
                Show(("a", $"{i}"), ("b", $"{i}"));
            }
        }, TestContext.Current.CancellationToken);
        while (!writer.IsCompleted)
        {
            // One look at ..data, as a process that opened the directory has it.
            var shown = Path.Combine(home.Path, Target());
            try
            {
                Assert.Equal(File.ReadAllText(Path.Combine(shown, "a")), File.ReadAllText(Path.Combine(shown, "b")));
            }
            catch (Exception e) when (e is DirectoryNotFoundException or FileNotFoundException)
            {
                // It was replaced since the look.
            }
        }

        await writer;
        Assert.Equal("200", Read("b"));
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../up")]
    [InlineData("a/../../up")]
    [InlineData("..hidden")]
    [InlineData("")]
    public void A_path_out_of_the_volume_is_refused(string path) => Assert.Throws<VolumeException>(() => Show((path, "x")));

    private bool Show(params (string Path, string Content)[] files) => AtomicDirectory.Show(
        home.Path, files.ToDictionary(file => file.Path, file => new VolumeFile(Encoding.UTF8.GetBytes(file.Content), KeyFiles.DefaultMode)), group: null);

    private string Read(string path) => File.ReadAllText(Path.Combine(home.Path, path));

    private string Target() => new FileInfo(Path.Combine(home.Path, "..data")).LinkTarget!;
}
