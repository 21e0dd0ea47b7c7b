using k8s.Models;

namespace Orchestrator.Agent.Volumes;

/// <summary>A path of the host, checked against what the pod expects to find there.</summary>
/// <remarks>Upstream: pkg/volume/hostpath.</remarks>
internal static class HostPathVolume
{
    private const int DirectoryMode = 0x1ED; // 0755
    private const int PlainFileMode = 0x1A4; // 0644

    /// <summary>Makes what may be made, and checks the rest. Without a type nothing is checked.</summary>
    public static void Prepare(V1HostPathVolumeSource source)
    {
        var path = source.Path;
        var kind = string.IsNullOrEmpty(source.Type) ? FileKind.Missing : LinuxFiles.KindOf(path);
        switch (source.Type)
        {
            case null or "":
                return;
            case "DirectoryOrCreate" when kind == FileKind.Missing:
                EmptyDirVolume.Make(path, DirectoryMode);
                return;
            case "FileOrCreate" when kind == FileKind.Missing:
                MakeFile(path);
                return;
            case "DirectoryOrCreate" or "Directory":
                Require(kind == FileKind.Directory, path, "a directory");
                return;
            case "FileOrCreate" or "File":
                Require(kind == FileKind.File, path, "a file");
                return;
            case "Socket":
                Require(kind == FileKind.Socket, path, "a socket file");
                return;
            case "CharDevice":
                Require(kind == FileKind.CharacterDevice, path, "a character device");
                return;
            case "BlockDevice":
                Require(kind == FileKind.BlockDevice, path, "a block device");
                return;
            default:
                throw new VolumeException($"{source.Type} is an invalid volume type");
        }
    }

    private static void MakeFile(string path)
    {
        try
        {
            using (File.Open(path, FileMode.OpenOrCreate))
            {
            }

            LinuxFiles.ChangeMode(path, PlainFileMode);
        }
        catch (DirectoryNotFoundException e)
        {
            throw new VolumeException($"open {path}: no such file or directory", e);
        }
    }

    private static void Require(bool holds, string path, string what)
    {
        if (!holds)
        {
            throw new VolumeException($"hostPath type check failed: {path} is not {what}");
        }
    }
}
