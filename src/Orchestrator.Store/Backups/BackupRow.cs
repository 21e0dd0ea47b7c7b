using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Orchestrator.Api.Identity;

namespace Orchestrator.Store.Backups;

/// <summary>One object of a backup.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Revision">Its revision.</param>
/// <param name="Document">Its document as it is stored, without resourceVersion.</param>
internal sealed record BackupRow(ObjectKey Key, Revision Revision, byte[] Document)
{
    /// <summary>The object as a line of the file.</summary>
    public byte[] ToLine()
    {
        var line = new ArrayBufferWriter<byte>(Document.Length + 256);
        using (var writer = new Utf8JsonWriter(line))
        {
            writer.WriteStartObject();
            writer.WriteString("key", Key.ToString());
            writer.WriteNumber("revision", Revision.Value);
            writer.WritePropertyName("document");

            // As it is, byte by byte: the digest is about them.
            writer.WriteRawValue(Document, skipInputValidation: true);
            writer.WriteEndObject();
        }

        line.Write("\n"u8);
        return line.WrittenSpan.ToArray();
    }

    /// <summary>Reads a line.</summary>
    public static BackupRow Read(JsonElement line) => new(
        ObjectKey.Parse(line.GetProperty("key").GetString()!),
        new Revision(line.GetProperty("revision").GetInt64()),
        JsonMarshal.GetRawUtf8Value(line.GetProperty("document")).ToArray());
}

/// <summary>What a backup holds.</summary>
/// <param name="Revision">The one revision at which all of it was so.</param>
/// <param name="Epoch">The cluster's epoch then.</param>
/// <param name="TakenAt">When, by the clock of the machine that took it.</param>
/// <param name="Objects">How many objects.</param>
/// <param name="Digest">Their digest, as <c>orchestrator digest</c> shows it.</param>
public sealed record BackupSummary(Revision Revision, int Epoch, DateTimeOffset TakenAt, int Objects, string Digest)
{
    /// <inheritdoc />
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"revision {Revision.Value} of epoch {Epoch}, {Objects} objects, digest {Digest}, taken at {TakenAt:u}");
}

/// <summary>The file is not a whole backup.</summary>
public sealed class BackupDamagedException : Exception
{
    internal BackupDamagedException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
