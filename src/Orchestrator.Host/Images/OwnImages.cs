using System.Text.Json.Nodes;
using Orchestrator.Host.Processes;
using Orchestrator.Host.Startup;

namespace Orchestrator.Host.Images;

/// <summary>The images that the project makes itself, so that a machine without a registry can run pods: the sandbox's, a busybox, and a small web server.</summary>
internal static class OwnImages
{
    /// <summary>The sandbox's image.</summary>
    public const string Pause = Registry + "pause:1";

    /// <summary>busybox with all its applets.</summary>
    public const string Busybox = Registry + "busybox:1";

    /// <summary>busybox's web server on port 8080; <c>/cgi-bin/hostname</c> answers with the pod's name.</summary>
    public const string Web = Registry + "web:1";

    // The first process of a container gets no signal that it does not ask for, and httpd asks for none: a pod would end when its grace period is over.
    private const string Serve = "trap 'kill $server; exit 0' TERM INT; httpd -f -v -p 8080 -h /www & server=$!; wait $server";

    // A name that can never be anybody's registry (RFC 6762 keeps .local for the local network).
    private const string Registry = "orchestrator.local/";

    private const string SearchPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Writes the archives that are missing or differ, into the directory that the node imports.</summary>
    /// <exception cref="StartupException">busybox is not installed.</exception>
    public static async Task WriteAsync(string directory, CancellationToken cancellationToken)
    {
        var busybox = await BusyboxAsync(cancellationToken);
        await WriteAsync(directory, "pause", Pause, PauseFiles(busybox), PauseProcess());
        await WriteAsync(directory, "busybox", Busybox, busybox, Process("/bin/sh"));
        await WriteAsync(directory, "web", Web, [.. busybox, .. WebFiles()], Process("/bin/sh", "-c", Serve));
    }

    private static List<ImageFile> PauseFiles(IReadOnlyList<ImageFile> busybox) => PauseProgram.ForThisMachine is { } program
        ? [ImageFile.Program("pause", program)]
        : [.. busybox, ImageFile.Script("pause", "#!/bin/sh\ntrap 'exit 0' TERM INT\nwhile :; do sleep 2147483647 & wait $!; done\n")];

    private static JsonObject PauseProcess() => new() { ["Entrypoint"] = new JsonArray("/pause"), ["WorkingDir"] = "/", ["User"] = "65535:65535" };

    private static ImageFile[] WebFiles() =>
    [
        ImageFile.Folder("www"),
        ImageFile.Folder("www/cgi-bin"),
        ImageFile.Text("www/index.html", "<!doctype html>\n<title>It works</title>\n<p>It works.\n"),
        ImageFile.Script("www/cgi-bin/hostname", "#!/bin/sh\nprintf 'Content-Type: text/plain\\r\\n\\r\\n'\nhostname\n"),
    ];

    private static JsonObject Process(params string[] command) => new()
    {
        ["Env"] = new JsonArray(SearchPath),
        ["Cmd"] = new JsonArray([.. command.Select(word => JsonValue.Create(word))]),
        ["WorkingDir"] = "/",
    };

    private static async Task<IReadOnlyList<ImageFile>> BusyboxAsync(CancellationToken cancellationToken)
    {
        var program = HostProgram.Find("busybox")
            ?? throw new StartupException("busybox is not installed, of which the project's own images are made: install the package busybox-static");
        var applets = (await HostProgram.RunAsync(program, ["--list"], cancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return
        [
            ImageFile.Folder("bin"), ImageFile.Folder("etc"), ImageFile.Folder("root"), ImageFile.Folder("home"), ImageFile.Folder("var"),
            ImageFile.Folder("proc"), ImageFile.Folder("sys"), ImageFile.Folder("dev"), ImageFile.OpenFolder("tmp"),
            ImageFile.Text("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n"),
            ImageFile.Text("etc/group", "root:x:0:\nnogroup:x:65534:\n"),
            ImageFile.Text("etc/nsswitch.conf", "hosts: files dns\n"),
            ImageFile.Program("bin/busybox", await File.ReadAllBytesAsync(program, cancellationToken)),
            .. applets.Where(applet => applet != "busybox").Order(StringComparer.Ordinal).Select(applet => ImageFile.Link("bin/" + applet, "/bin/busybox")),
        ];
    }

    private static async Task WriteAsync(string directory, string file, string name, IReadOnlyList<ImageFile> files, JsonObject process)
    {
        using var archive = new MemoryStream();
        OciArchive.Write(archive, name, files, process);
        var path = Path.Combine(directory, file + ".tar");
        var bytes = archive.ToArray();

        // Left alone when it is there already: whoever watches the directory need not look again.
        if (File.Exists(path) && (await File.ReadAllBytesAsync(path)).SequenceEqual(bytes))
        {
            return;
        }

        await File.WriteAllBytesAsync(path + ".partial", bytes);
        File.Move(path + ".partial", path, overwrite: true);
    }
}
