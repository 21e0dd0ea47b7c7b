using System.Buffers;

namespace Orchestrator.Agent.Streaming;

/// <summary>Reads a container's log: what is there, and when followed what comes, until the container has ended.</summary>
internal sealed class LogReader(string path, LogSelection selection, Func<bool> isRunning, Func<ReadOnlyMemory<byte>, CancellationToken, Task> send)
{
    /// <summary>How often a followed file is looked at. Watching it would take one of the few inotify instances that a user has.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    private const int BlockBytes = 64 * 1024;
    private readonly CriLogDecoder decoder = new(selection);
    private readonly ArrayBufferWriter<byte> output = new(BlockBytes);
    private readonly byte[] block = new byte[BlockBytes];

    /// <summary>Reads to the end, which without following is the end of the newest file.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var files = LogFiles.Of(path);
        var (first, skip) = selection.Tail is { } lines ? LogTail.Find(files, lines) : (0, 0);
        for (var i = first; i < files.Count && !decoder.IsFull; i++)
        {
            var isNewest = i == files.Count - 1;
            try
            {
                using var file = LogFiles.Open(files[i]);
                await SkipAsync(file, i == first ? skip : 0, cancellationToken);
                await DrainAsync(file, cancellationToken);
                if (isNewest && selection.Follow)
                {
                    await FollowAsync(file, cancellationToken);
                }
            }
            catch (FileNotFoundException) when (!isNewest)
            {
                // A rotated file was removed or compressed in the meantime; the rest is still there.
            }
        }

        if (files.Count == 0 && selection.Follow && await NextAsync(null, cancellationToken) is { } begun)
        {
            await using (begun)
            {
                await FollowAsync(begun, cancellationToken);
            }
        }
    }

    private async Task FollowAsync(Stream file, CancellationToken cancellationToken)
    {
        var current = file;
        try
        {
            while (!decoder.IsFull)
            {
                // Asked before reading: what the container wrote before it ended is then in the file.
                var goesOn = isRunning();
                var isMovedAway = IsMovedAway(current);
                await DrainAsync(current, cancellationToken);
                if (isMovedAway && await NextAsync(current, cancellationToken) is { } next)
                {
                    if (!ReferenceEquals(current, file))
                    {
                        await current.DisposeAsync();
                    }

                    current = next;
                    continue;
                }

                if (!goesOn)
                {
                    return;
                }

                await Task.Delay(PollInterval, cancellationToken);
            }
        }
        finally
        {
            if (!ReferenceEquals(current, file))
            {
                await current.DisposeAsync();
            }
        }
    }

    /// <summary>The file that takes the place of one that was moved away, after the last line of that one; null when none comes any more.</summary>
    private async Task<Stream?> NextAsync(Stream? previous, CancellationToken cancellationToken)
    {
        while (true)
        {
            var goesOn = isRunning();
            if (File.Exists(path))
            {
                if (previous is not null)
                {
                    // Between the move and the runtime's reopening it still wrote there.
                    await DrainAsync(previous, cancellationToken);
                }

                return LogFiles.Open(path);
            }

            if (!goesOn)
            {
                return null;
            }

            await Task.Delay(PollInterval, cancellationToken);
        }
    }

    /// <summary>True when an open file no longer stands at the log's path. The kernel knows where it is now.</summary>
    private bool IsMovedAway(Stream file) =>
        file is FileStream open
        && new FileInfo($"/proc/self/fd/{open.SafeFileHandle.DangerousGetHandle()}").LinkTarget is { } now
        && now != Path.GetFullPath(path)
        && new FileInfo(path).LinkTarget is null
        && !IsSameFile(open);

    /// <summary>A path through a symbolic link names the same file by another name: then length and time of the last write agree.</summary>
    private bool IsSameFile(FileStream open)
    {
        var named = new FileInfo(path);
        return named.Exists && named.Length == open.Length && named.LastWriteTimeUtc == File.GetLastWriteTimeUtc(open.SafeFileHandle);
    }

    private async Task DrainAsync(Stream file, CancellationToken cancellationToken)
    {
        int read;
        while (!decoder.IsFull && (read = await file.ReadAsync(block, cancellationToken)) > 0)
        {
            decoder.Decode(block.AsSpan(0, read), output);
            if (output.WrittenCount > 0)
            {
                await send(output.WrittenMemory, cancellationToken);
                output.ResetWrittenCount();
            }
        }
    }

    private async Task SkipAsync(Stream file, long count, CancellationToken cancellationToken)
    {
        if (file.CanSeek)
        {
            file.Position = count;
            return;
        }

        int read;
        while (count > 0 && (read = await file.ReadAsync(block.AsMemory(0, (int)Math.Min(count, block.Length)), cancellationToken)) > 0)
        {
            count -= read;
        }
    }
}
