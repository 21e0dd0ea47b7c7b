using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Agent.Volumes;

/// <summary>What a path leads to.</summary>
internal enum FileKind
{
    /// <summary>Nothing is there.</summary>
    Missing,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A regular file.</summary>
    File,

    /// <summary>A symbolic link.</summary>
    Link,

    /// <summary>A Unix socket.</summary>
    Socket,

    /// <summary>A character device.</summary>
    CharacterDevice,

    /// <summary>A block device.</summary>
    BlockDevice,

    /// <summary>Something else, as a pipe.</summary>
    Other,
}

/// <summary>The calls of Linux that .NET has no face for: mounts, owners, and paths walked without following links.</summary>
internal static partial class LinuxFiles
{
    private const int PathOnly = 0x200000; // O_PATH: a handle on the place, with no right to read it
    private const int CloseOnExec = 0x80000;
    private const int CurrentDirectory = -100;
    private const int EmptyPath = 0x1000;
    private const int NoFollowStat = 0x100;
    private const uint WantType = 1;
    private const int StatLength = 256;
    private const int StatModeOffset = 28;
    private const int PathLimit = 4096;
    private const int MissingError = 2;
    private const int ExistsError = 17;
    private const int NotDirectoryError = 20;

    // O_NOFOLLOW is one of the few flags whose number depends on the processor.
    private static readonly int NoFollow = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x8000 : 0x20000;

    /// <summary>What a path leads to, behind any links.</summary>
    public static FileKind KindOf(string path) => Stat(CurrentDirectory, path, 0);

    /// <summary>What a path itself is.</summary>
    public static FileKind KindOfLink(string path) => Stat(CurrentDirectory, path, NoFollowStat);

    /// <summary>What a handle leads to.</summary>
    public static FileKind KindOf(SafeFileHandle handle) => Stat(Number(handle), "", EmptyPath);

    /// <summary>The path with every link resolved; null when it does not exist.</summary>
    public static unsafe string? RealPath(string path)
    {
        var buffer = stackalloc byte[PathLimit];
        return NativeRealPath(path, buffer) == null ? null : Marshal.PtrToStringUTF8((nint)buffer);
    }

    /// <summary>A handle on a place; a link gives a handle on the link itself. Without a directory the name is an absolute path.</summary>
    /// <exception cref="IOException">There is no such place.</exception>
    public static SafeFileHandle OpenAt(SafeFileHandle? directory, string name)
    {
        var descriptor = NativeOpenAt(directory is null ? CurrentDirectory : Number(directory), name, PathOnly | CloseOnExec | NoFollow, 0);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Failure($"open {name}");
    }

    /// <summary>A handle on an absolute path.</summary>
    public static SafeFileHandle Open(string path) => OpenAt(null, path);

    /// <summary>Makes a directory inside another; one that is there already is as good.</summary>
    public static void MakeDirectoryAt(SafeFileHandle directory, string name, int mode)
    {
        if (NativeMakeDirectoryAt(Number(directory), name, (uint)mode) != 0 && Marshal.GetLastPInvokeError() != ExistsError)
        {
            throw Failure($"mkdir {name}");
        }
    }

    /// <summary>A path of this process that stands for what the handle holds, whatever is done to names meanwhile.</summary>
    public static string PathOf(SafeFileHandle handle) => $"/proc/self/fd/{Number(handle)}";

    /// <summary>Gives a file, not what it may link to, to a user and a group; -1 leaves one as it is.</summary>
    public static void ChangeOwner(string path, long user, long group)
    {
        if (NativeChangeOwner(path, unchecked((uint)user), unchecked((uint)group)) != 0)
        {
            throw Failure($"lchown {path}");
        }
    }

    /// <summary>Sets exactly these permission bits, whatever the process's mask.</summary>
    public static void ChangeMode(string path, int mode) => File.SetUnixFileMode(path, (UnixFileMode)mode);

    /// <summary>Puts a name in the place of another in one step.</summary>
    public static void Rename(string from, string to)
    {
        if (NativeRename(from, to) != 0)
        {
            throw Failure($"rename {from} {to}");
        }
    }

    /// <summary>mount(2).</summary>
    public static void Mount(string source, string target, string? type, nuint flags, string? options)
    {
        if (NativeMount(source, target, type, flags, options) != 0)
        {
            throw Failure($"mount {target}");
        }
    }

    /// <summary>umount2(2); false when there is no mount.</summary>
    public static bool Unmount(string target, int flags)
    {
        const int Invalid = 22;
        if (NativeUnmount(target, flags) == 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() is Invalid or MissingError ? false : throw Failure($"umount {target}");
    }

    private static unsafe FileKind Stat(int directory, string path, int flags)
    {
        const int TypeMask = 0xF000;
        var stat = stackalloc byte[StatLength];
        if (NativeStat(directory, path, flags, WantType, stat) != 0)
        {
            return Marshal.GetLastPInvokeError() is MissingError or NotDirectoryError ? FileKind.Missing : throw Failure($"stat {path}");
        }

        return (*(ushort*)(stat + StatModeOffset) & TypeMask) switch
        {
            0x4000 => FileKind.Directory,
            0x8000 => FileKind.File,
            0xA000 => FileKind.Link,
            0xC000 => FileKind.Socket,
            0x2000 => FileKind.CharacterDevice,
            0x6000 => FileKind.BlockDevice,
            _ => FileKind.Other,
        };
    }

    private static int Number(SafeFileHandle handle) => (int)handle.DangerousGetHandle();

    private static IOException Failure(string what)
    {
        var error = Marshal.GetLastPInvokeError();
        var words = Marshal.GetPInvokeErrorMessage(error);
        return new IOException(new StringBuilder(what).Append(": ").Append(char.ToLowerInvariant(words[0])).Append(words.AsSpan(1)).ToString(), new Win32Exception(error));
    }

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeMount(string source, string target, string? type, nuint flags, string? options);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeUnmount(string target, int flags);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeRename(string from, string to);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeChangeOwner(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeOpenAt(int directory, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeMakeDirectoryAt(int directory, string path, uint mode);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int NativeStat(int directory, string path, int flags, uint mask, byte* stat);

    [LibraryImport("libc", EntryPoint = "realpath", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial byte* NativeRealPath(string path, byte* resolved);
}
