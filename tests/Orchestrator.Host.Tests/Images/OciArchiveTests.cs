using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Orchestrator.Host.Images;

namespace Orchestrator.Host.Tests.Images;

public sealed class OciArchiveTests
{
    [Fact]
    public void An_image_is_always_the_same_bytes() => Assert.Equal(Write(), Write());

    [Fact]
    public void Every_part_is_where_its_digest_says_and_the_name_is_the_one_that_runtimes_read()
    {
        var entries = Read(Write());
        var entry = JsonNode.Parse(entries["index.json"])!["manifests"]![0]!;
        Assert.Equal("orchestrator.local/x:1", (string?)entry["annotations"]!["io.containerd.image.name"]);
        var manifest = JsonNode.Parse(Blob(entries, entry))!;
        var layer = Blob(entries, manifest["layers"]![0]!);
        var config = JsonNode.Parse(Blob(entries, manifest["config"]!))!;
        Assert.Equal((string?)manifest["layers"]![0]!["digest"], (string?)config["rootfs"]!["diff_ids"]![0]);
        Assert.Equal("/bin/x", (string?)config["config"]!["Cmd"]![0]);
        Assert.Equal(["bin/", "bin/x", "bin/y", "tmp/"], Names(layer));
    }

    [Fact]
    public async Task The_own_images_are_written_once()
    {
        var directory = Directory.CreateTempSubdirectory("host-test-").FullName;
        try
        {
            await OwnImages.WriteAsync(directory, TestContext.Current.CancellationToken);
            var first = Directory.GetFiles(directory).ToDictionary(path => path, File.GetLastWriteTimeUtc);
            await OwnImages.WriteAsync(directory, TestContext.Current.CancellationToken);
            Assert.Equal(["busybox.tar", "pause.tar", "web.tar"], first.Keys.Select(Path.GetFileName).Order(StringComparer.Ordinal));
            Assert.All(first, pair => Assert.Equal(pair.Value, File.GetLastWriteTimeUtc(pair.Key)));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static byte[] Write()
    {
        using var buffer = new MemoryStream();
        OciArchive.Write(
            buffer,
            "orchestrator.local/x:1",
            [ImageFile.Folder("bin/"), ImageFile.Program("bin/x", [1, 2, 3]), ImageFile.Link("bin/y", "/bin/x"), ImageFile.OpenFolder("tmp/")],
            new JsonObject { ["Cmd"] = new JsonArray("/bin/x") });
        return buffer.ToArray();
    }

    private static byte[] Blob(Dictionary<string, byte[]> entries, JsonNode descriptor)
    {
        var digest = (string)descriptor["digest"]!;
        var blob = entries["blobs/sha256/" + digest["sha256:".Length..]];
        Assert.Equal(digest, "sha256:" + Convert.ToHexStringLower(SHA256.HashData(blob)));
        Assert.Equal(blob.Length, (int)descriptor["size"]!);
        return blob;
    }

    private static Dictionary<string, byte[]> Read(byte[] archive)
    {
        var entries = new Dictionary<string, byte[]>();
        using var reader = new TarReader(new MemoryStream(archive));
        while (reader.GetNextEntry() is { } entry)
        {
            using var content = new MemoryStream();
            entry.DataStream?.CopyTo(content);
            entries[entry.Name] = content.ToArray();
        }

        return entries;
    }

    private static List<string> Names(byte[] archive)
    {
        List<string> names = [];
        using var reader = new TarReader(new MemoryStream(archive));
        while (reader.GetNextEntry() is { } entry)
        {
            names.Add(entry.Name);
        }

        return names;
    }
}
