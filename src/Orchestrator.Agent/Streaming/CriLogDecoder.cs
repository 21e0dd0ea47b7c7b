using System.Buffers;
using System.Globalization;
using System.Text;

namespace Orchestrator.Agent.Streaming;

/// <summary>Turns a container's log file into its output: lines of <c>TIME STREAM TAG CONTENT</c> become their content, parts of a line are joined.</summary>
/// <remarks>A machine that takes bytes in pieces of any size. It keeps a line's head at most, so a line may be as long as it likes.
/// Upstream: kubelet's logs.go reads the same format; unlike it, the time is written once per joined line.</remarks>
internal sealed class CriLogDecoder(LogSelection selection)
{
    /// <summary>Time, stream and tag. A longer head is none, and its line is skipped, as upstream skips lines that it cannot read.</summary>
    internal const int MaxHeadBytes = 128;

    private readonly byte[] head = new byte[MaxHeadBytes];
    private long left = selection.LimitBytes ?? long.MaxValue;
    private bool isRecentEnough = selection.Since is null;
    private int headLength;
    private int spaces;
    private State state;
    private bool isPartial;
    private bool isJoining;

    private enum State
    {
        Head,
        Content,
        Skipped,
    }

    /// <summary>True when the limit has been reached: nothing more will come.</summary>
    public bool IsFull => left == 0;

    /// <summary>Decodes what the file holds next and writes the output.</summary>
    public void Decode(ReadOnlySpan<byte> bytes, IBufferWriter<byte> output)
    {
        while (!bytes.IsEmpty && !IsFull)
        {
            bytes = bytes[(state == State.Head ? TakeHead(bytes, output) : TakeContent(bytes, output))..];
        }
    }

    private int TakeHead(ReadOnlySpan<byte> bytes, IBufferWriter<byte> output)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            var current = bytes[i];
            var isEnd = current == (byte)'\n';
            if (isEnd || (current == (byte)' ' && ++spaces == 3))
            {
                state = Begin(output) ? State.Content : State.Skipped;
                (headLength, spaces) = (0, 0);

                // The newline of a line without content is read again, as the end of its content.
                return isEnd ? i : i + 1;
            }

            if (headLength == MaxHeadBytes)
            {
                (state, headLength, spaces) = (State.Skipped, 0, 0);
                return i;
            }

            head[headLength++] = current;
        }

        return bytes.Length;
    }

    private int TakeContent(ReadOnlySpan<byte> bytes, IBufferWriter<byte> output)
    {
        var end = bytes.IndexOf((byte)'\n');
        var content = end < 0 ? bytes : bytes[..end];
        if (state == State.Content)
        {
            Write(content, output);
            if (end >= 0 && !isPartial)
            {
                Write("\n"u8, output);
            }
        }

        if (end < 0)
        {
            return bytes.Length;
        }

        if (state == State.Content)
        {
            isJoining = isPartial;
        }

        state = State.Head;
        return end + 1;
    }

    /// <summary>Reads a line's head; false when the line is not wanted.</summary>
    private bool Begin(IBufferWriter<byte> output)
    {
        var text = head.AsSpan(0, headLength);
        var first = text.IndexOf((byte)' ');
        var second = first < 0 ? -1 : text[(first + 1)..].IndexOf((byte)' ');
        if (second < 0)
        {
            return false;
        }

        var time = text[..first];
        var tag = text[(first + second + 2)..];
        if (tag.IsEmpty || !IsRecentEnough(time))
        {
            return false;
        }

        // Tags are separated by colons; the first says whether the line goes on.
        isPartial = tag[0] == (byte)'P';
        if (selection.Timestamps && !isJoining)
        {
            WriteTime(time, output);
        }

        return true;
    }

    /// <summary>Times only grow, so once a line is new enough all that follow are.</summary>
    private bool IsRecentEnough(ReadOnlySpan<byte> time)
    {
        if (!isRecentEnough)
        {
            isRecentEnough = DateTimeOffset.TryParse(Encoding.ASCII.GetString(time), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
                && at >= selection.Since;
        }

        return isRecentEnough;
    }

    /// <summary>Writes a time with all nine digits of its fraction, as upstream does: columns stay aligned.</summary>
    private void WriteTime(ReadOnlySpan<byte> time, IBufferWriter<byte> output)
    {
        const int SecondsLength = 19;
        const int Digits = 9;
        if (time.Length <= SecondsLength)
        {
            Write(time, output);
            Write(" "u8, output);
            return;
        }

        Span<byte> fraction = stackalloc byte[Digits];
        fraction.Fill((byte)'0');
        var rest = time[SecondsLength..];
        if (rest[0] == (byte)'.')
        {
            var digits = rest[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            digits = digits < 0 ? rest.Length - 1 : digits;
            rest.Slice(1, Math.Min(digits, Digits)).CopyTo(fraction);
            rest = rest[(1 + digits)..];
        }

        Write(time[..SecondsLength], output);
        Write("."u8, output);
        Write(fraction, output);
        Write(rest, output);
        Write(" "u8, output);
    }

    private void Write(ReadOnlySpan<byte> bytes, IBufferWriter<byte> output)
    {
        var count = (int)Math.Min(bytes.Length, left);
        output.Write(bytes[..count]);
        left -= count;
    }
}
