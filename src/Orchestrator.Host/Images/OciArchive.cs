using System.Formats.Tar;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Orchestrator.Host.Images;

/// <summary>Writes an image as an OCI archive: a tar file that every runtime imports. The same image is always the same bytes.</summary>
/// <remarks>The layout is https://github.com/opencontainers/image-spec/blob/main/image-layout.md; the name's annotation is the one that containerd reads.</remarks>
internal static class OciArchive
{
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
    private const string ConfigType = "application/vnd.oci.image.config.v1+json";
    private const string LayerType = "application/vnd.oci.image.layer.v1.tar";

    /// <summary>Writes the archive.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="name">The image's full name with its tag.</param>
    /// <param name="files">What it holds; parents before their children.</param>
    /// <param name="process">What it runs: the config's <c>config</c>.</param>
    public static void Write(Stream to, string name, IReadOnlyList<ImageFile> files, JsonObject process)
    {
        var layer = Layer(files);
        var config = Utf8(new JsonObject
        {
            ["architecture"] = Architecture(),
            ["os"] = "linux",
            ["created"] = "1970-01-01T00:00:00Z",
            ["config"] = process,
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray(Digest(layer)) },
        });
        var manifest = Utf8(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = ManifestType,
            ["config"] = Descriptor(ConfigType, config),
            ["layers"] = new JsonArray(Descriptor(LayerType, layer)),
        });
        var entry = Descriptor(ManifestType, manifest);
        entry["annotations"] = new JsonObject { ["io.containerd.image.name"] = name, ["org.opencontainers.image.ref.name"] = name[(name.LastIndexOf(':') + 1)..] };

        using var archive = new TarWriter(to, TarEntryFormat.Pax, leaveOpen: true);
        Add(archive, ImageFile.Text("oci-layout", """{"imageLayoutVersion":"1.0.0"}"""));
        Add(archive, ImageFile.Text("index.json", new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray(entry) }.ToJsonString()));
        Add(archive, ImageFile.Folder("blobs"));
        Add(archive, ImageFile.Folder("blobs/sha256"));
        foreach (var blob in new[] { config, layer, manifest })
        {
            Add(archive, new ImageFile.Content("blobs/sha256/" + Hash(blob), ImageFile.Text("", "").Mode, blob));
        }
    }

    private static byte[] Layer(IReadOnlyList<ImageFile> files)
    {
        using var buffer = new MemoryStream();
        using (var archive = new TarWriter(buffer, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var file in files)
            {
                Add(archive, file);
            }
        }

        return buffer.ToArray();
    }

    private static void Add(TarWriter archive, ImageFile file)
    {
        var entry = new UstarTarEntry(TypeOf(file), file.Path) { Mode = file.Mode, ModificationTime = DateTimeOffset.UnixEpoch, UserName = "", GroupName = "" };
        switch (file)
        {
            case ImageFile.Content content:
                entry.DataStream = new MemoryStream(content.Bytes);
                break;
            case ImageFile.SymbolicLink link:
                entry.LinkName = link.Target;
                break;
        }

        archive.WriteEntry(entry);
    }

    private static TarEntryType TypeOf(ImageFile file) => file switch
    {
        ImageFile.Directory => TarEntryType.Directory,
        ImageFile.SymbolicLink => TarEntryType.SymbolicLink,
        _ => TarEntryType.RegularFile,
    };

    private static JsonObject Descriptor(string type, byte[] content) =>
        new() { ["mediaType"] = type, ["digest"] = Digest(content), ["size"] = content.Length };

    private static string Architecture() => RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        var other => other.ToString().ToLowerInvariant(),
    };

    private static byte[] Utf8(JsonObject document) => Encoding.UTF8.GetBytes(document.ToJsonString());

    private static string Digest(byte[] content) => "sha256:" + Hash(content);

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
