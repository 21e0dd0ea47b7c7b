namespace Orchestrator.Agent.Streaming;

/// <summary>Where the last lines of a log begin.</summary>
internal static class LogTail
{
    private const int BlockBytes = 64 * 1024;

    /// <summary>Finds the place from which on the files hold the wanted number of whole lines, parts of a line counted as one.</summary>
    /// <param name="files">The log's files, oldest first.</param>
    /// <param name="lines">Lines wanted.</param>
    /// <returns>The index of the first file to read and the bytes of it to leave out.</returns>
    public static (int File, long Skip) Find(IReadOnlyList<string> files, long lines)
    {
        if (lines == 0 && files.Count > 0)
        {
            return (files.Count - 1, LogFiles.IsCompressed(files[^1]) ? long.MaxValue : new FileInfo(files[^1]).Length);
        }

        for (var i = files.Count - 1; i >= 0; i--)
        {
            var (skip, found) = Scan(files[i], lines);
            if (found >= lines)
            {
                return (i, skip);
            }

            lines -= found;
        }

        return (0, 0);
    }

    private static (long Skip, long Found) Scan(string path, long lines)
    {
        if (!LogFiles.IsCompressed(path))
        {
            using var file = (FileStream)LogFiles.Open(path);
            return ScanBackwards(file, lines);
        }

        // It can only be read forwards: once to count, once more to the place.
        var total = ScanForwards(path, long.MaxValue).Found;
        return total <= lines ? (0, total) : (ScanForwards(path, total - lines).Skip, lines);
    }

    /// <summary>Looks at newlines from the end: behind each that ends a whole line another one begins.</summary>
    private static (long Skip, long Found) ScanBackwards(FileStream file, long lines)
    {
        var block = new byte[BlockBytes];
        var head = new byte[CriLogDecoder.MaxHeadBytes];
        var end = file.Length;
        var candidate = end;
        long found = 0;
        for (var start = end; start > 0;)
        {
            var length = (int)Math.Min(BlockBytes, start);
            start -= length;
            file.Position = start;
            file.ReadExactly(block, 0, length);
            for (var rest = length; rest > 0;)
            {
                rest = block.AsSpan(0, rest).LastIndexOf((byte)'\n');
                var line = start + rest + 1;
                if (rest < 0 || line == candidate)
                {
                    continue;
                }

                if (candidate < end && EndsLine(file, line, head) && ++found == lines)
                {
                    return (candidate, found);
                }

                candidate = line;
            }
        }

        if (candidate > 0 && candidate < end && EndsLine(file, 0, head) && ++found == lines)
        {
            return (candidate, found);
        }

        return (0, end > 0 ? found + 1 : 0);
    }

    private static bool EndsLine(FileStream file, long offset, byte[] buffer) =>
        !IsPartial(buffer.AsSpan(0, RandomAccess.Read(file.SafeFileHandle, buffer, offset)));

    private static bool IsPartial(ReadOnlySpan<byte> line)
    {
        var first = line.IndexOf((byte)' ');
        var second = first < 0 ? -1 : line[(first + 1)..].IndexOf((byte)' ');
        var tag = first + second + 2;
        return second >= 0 && tag < line.Length && line[tag] == (byte)'P';
    }

    /// <summary>Counts whole lines until the number to leave out is reached, and says how many bytes that took.</summary>
    private static (long Skip, long Found) ScanForwards(string path, long leaveOut)
    {
        using var file = LogFiles.Open(path);
        var block = new byte[BlockBytes];
        var head = new byte[CriLogDecoder.MaxHeadBytes];
        var headLength = 0;
        long position = 0;
        long found = 0;
        int read;
        while ((read = file.Read(block)) > 0)
        {
            for (var i = 0; i < read; i++)
            {
                position++;
                if (block[i] != (byte)'\n')
                {
                    if (headLength < head.Length)
                    {
                        head[headLength++] = block[i];
                    }

                    continue;
                }

                found += IsPartial(head.AsSpan(0, headLength)) ? 0 : 1;
                headLength = 0;
                if (found == leaveOut)
                {
                    return (position, found);
                }
            }
        }

        return (position, found);
    }
}
