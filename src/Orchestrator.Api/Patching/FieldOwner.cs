using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Patching;

/// <summary>One entry of metadata.managedFields.</summary>
internal sealed class FieldOwner
{
    internal required string Manager { get; init; }

    /// <summary>Apply or Update.</summary>
    internal required string Operation { get; init; }

    internal required string ApiVersion { get; set; }

    internal required string Subresource { get; init; }

    internal DateTimeOffset? Time { get; set; }

    internal required FieldSet Fields { get; set; }

    internal bool IsApplier => Operation == "Apply";

    /// <summary>True: ordinary writes of this writer are recorded here.</summary>
    internal bool IsUpdateOf(FieldWriter writer) =>
        !IsApplier && Manager == writer.Manager && ApiVersion == writer.ApiVersion && Subresource == writer.Subresource;

    /// <summary>True: what this writer applies is recorded here, in whatever version.</summary>
    internal bool IsApplyOf(FieldWriter writer) => IsApplier && Manager == writer.Manager && Subresource == writer.Subresource;

    internal static FieldOwner Update(FieldWriter writer, FieldSet fields) => Of(writer, "Update", fields);

    internal static FieldOwner Apply(FieldWriter writer, FieldSet fields) => Of(writer, "Apply", fields);

    internal FieldOwner RenamedTo(string manager) =>
        new() { Manager = manager, Operation = Operation, ApiVersion = ApiVersion, Subresource = Subresource, Time = Time, Fields = Fields };

    /// <summary>How conflicts name the owner.</summary>
    internal string Describe()
    {
        if (IsApplier)
        {
            return GoText.Quote(Manager);
        }

        return GoText.Quote(Manager) + (Subresource.Length > 0 ? " with subresource " + GoText.Quote(Subresource) : "") + " using " + ApiVersion;
    }

    internal static FieldOwner? Read(JsonObject entry)
    {
        var operation = Text(entry, "operation");
        if (operation is not ("Apply" or "Update") || entry["fieldsV1"] is not (null or JsonObject))
        {
            return null;
        }

        return new FieldOwner
        {
            Manager = Text(entry, "manager"),
            Operation = operation,
            ApiVersion = Text(entry, "apiVersion"),
            Subresource = Text(entry, "subresource"),
            Time = DateTimeOffset.TryParse(Text(entry, "time"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null,
            Fields = FieldSet.FromJson(entry["fieldsV1"] as JsonObject ?? []),
        };
    }

    internal JsonObject ToJson()
    {
        var entry = new JsonObject
        {
            ["manager"] = Manager,
            ["operation"] = Operation,
            ["apiVersion"] = ApiVersion,
        };
        // Upstream loses the time of those who scale on the way from Scale to the workload.
        if (Time is { } time && Subresource != "scale")
        {
            entry["time"] = time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        }

        entry["fieldsType"] = "FieldsV1";
        entry["fieldsV1"] = Fields.ToJson();
        if (Subresource.Length > 0)
        {
            entry["subresource"] = Subresource;
        }

        return entry;
    }

    private static FieldOwner Of(FieldWriter writer, string operation, FieldSet fields) => new()
    {
        Manager = writer.Manager,
        Operation = operation,
        ApiVersion = writer.ApiVersion,
        Subresource = writer.Subresource,
        Time = writer.Now,
        Fields = fields,
    };

    private static string Text(JsonObject entry, string name) => entry[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}
