namespace Orchestrator.Host.Images;

/// <summary>One entry of an image's only layer.</summary>
/// <param name="Path">Relative to the root.</param>
/// <param name="Mode">The permission bits.</param>
internal abstract record ImageFile(string Path, UnixFileMode Mode)
{
    private const UnixFileMode Executable = Writable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode Writable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>A program.</summary>
    public static ImageFile Program(string path, byte[] content) => new Content(path, Executable, content);

    /// <summary>A text.</summary>
    public static ImageFile Text(string path, string content) => new Content(path, Writable, System.Text.Encoding.UTF8.GetBytes(content));

    /// <summary>A script.</summary>
    public static ImageFile Script(string path, string content) => new Content(path, Executable, System.Text.Encoding.UTF8.GetBytes(content));

    /// <summary>A directory.</summary>
    public static ImageFile Folder(string path) => new Directory(path, Executable);

    /// <summary>A directory in which everybody may write, but only remove what is theirs.</summary>
    public static ImageFile OpenFolder(string path) => new Directory(path, Executable | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite | UnixFileMode.StickyBit);

    /// <summary>A symbolic link.</summary>
    public static ImageFile Link(string path, string target) => new SymbolicLink(path, target);

    /// <summary>A regular file.</summary>
    internal sealed record Content(string Path, UnixFileMode Mode, byte[] Bytes) : ImageFile(Path, Mode);

    /// <summary>A directory.</summary>
    internal sealed record Directory(string Path, UnixFileMode Mode) : ImageFile(Path, Mode);

    /// <summary>A symbolic link.</summary>
    internal sealed record SymbolicLink(string Path, string Target) : ImageFile(Path, Executable);
}
