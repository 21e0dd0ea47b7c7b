using System.Globalization;
using System.Text.Json.Nodes;

namespace Orchestrator.Api.Machinery;

/// <summary>How a field is at fault.</summary>
public enum FieldErrorKind
{
    /// <summary>A reference leads nowhere.</summary>
    NotFound,

    /// <summary>The field is missing.</summary>
    Required,

    /// <summary>The value must be unique and is not.</summary>
    Duplicate,

    /// <summary>The value breaks a rule.</summary>
    Invalid,

    /// <summary>The value is not among the allowed ones.</summary>
    NotSupported,

    /// <summary>The value is allowed in general, but not here.</summary>
    Forbidden,

    /// <summary>The value is too long.</summary>
    TooLong,

    /// <summary>The list has too many items.</summary>
    TooMany,

    /// <summary>The check itself failed.</summary>
    InternalError,

    /// <summary>The value has the wrong type.</summary>
    TypeInvalid,
}

/// <summary>A field at fault, with upstream's texts.</summary>
/// <remarks>Upstream: apimachinery/pkg/util/validation/field/errors.go.</remarks>
/// <param name="Kind">How it is at fault.</param>
/// <param name="Field">The path, as in <c>spec.ports[0].name</c>.</param>
/// <param name="BadValue">The value: a string, number, bool or JSON node; null prints as null; see <see cref="OmitValue"/>.</param>
/// <param name="Detail">What is wrong, or empty.</param>
public sealed record FieldError(FieldErrorKind Kind, string Field, object? BadValue, string Detail)
{
    /// <summary>As a bad value: the text names no value.</summary>
    public static readonly object OmitValue = new();

    /// <summary>The text without the path.</summary>
    public string Body
    {
        get
        {
            var text = Label;
            var namesValue = Kind is FieldErrorKind.Invalid or FieldErrorKind.TypeInvalid or FieldErrorKind.NotSupported
                or FieldErrorKind.NotFound or FieldErrorKind.Duplicate or FieldErrorKind.TooMany;
            if (namesValue && !ReferenceEquals(BadValue, OmitValue))
            {
                text += ": " + ValueText(BadValue);
            }

            return Detail.Length == 0 ? text : text + ": " + Detail;
        }
    }

    /// <summary>The machine-readable reason.</summary>
    public string Reason => Kind == FieldErrorKind.InternalError ? "InternalError" : "FieldValue" + Kind;

    private string Label => Kind switch
    {
        FieldErrorKind.NotFound => "Not found",
        FieldErrorKind.Required => "Required value",
        FieldErrorKind.Duplicate => "Duplicate value",
        FieldErrorKind.NotSupported => "Unsupported value",
        FieldErrorKind.Forbidden => "Forbidden",
        FieldErrorKind.TooLong => "Too long",
        FieldErrorKind.TooMany => "Too many",
        FieldErrorKind.InternalError => "Internal error",
        _ => "Invalid value",
    };

    /// <summary>The field is missing.</summary>
    public static FieldError Required(string field, string detail = "") => new(FieldErrorKind.Required, field, "", detail);

    /// <summary>The value breaks a rule.</summary>
    public static FieldError Invalid(string field, object? value, string detail) => new(FieldErrorKind.Invalid, field, value, detail);

    /// <summary>The value has the wrong type.</summary>
    public static FieldError TypeInvalid(string field, object? value, string detail) => new(FieldErrorKind.TypeInvalid, field, value, detail);

    /// <summary>The value is not among the allowed ones, which are named in the order given.</summary>
    public static FieldError NotSupported(string field, object? value, params IEnumerable<string> supported)
    {
        var names = string.Join(", ", supported.Select(GoText.Quote));
        return new FieldError(FieldErrorKind.NotSupported, field, value, names.Length == 0 ? "" : "supported values: " + names);
    }

    /// <summary>The value must be unique and is not.</summary>
    public static FieldError Duplicate(string field, object? value) => new(FieldErrorKind.Duplicate, field, value, "");

    /// <summary>The value is allowed in general, but not here.</summary>
    public static FieldError Forbidden(string field, string detail) => new(FieldErrorKind.Forbidden, field, "", detail);

    /// <summary>The value is longer than <paramref name="maxLength"/> bytes.</summary>
    public static FieldError TooLong(string field, int maxLength) =>
        new(FieldErrorKind.TooLong, field, "", string.Create(CultureInfo.InvariantCulture, $"may not be more than {maxLength} bytes"));

    /// <summary>The list has more than <paramref name="max"/> items.</summary>
    public static FieldError TooMany(string field, int actual, int max) =>
        new(FieldErrorKind.TooMany, field, actual, string.Create(CultureInfo.InvariantCulture, $"must have at most {max} items"));

    /// <summary>The reference leads nowhere.</summary>
    public static FieldError NotFound(string field, object? value) => new(FieldErrorKind.NotFound, field, value, "");

    /// <summary>The check itself failed.</summary>
    public static FieldError InternalError(string field, string detail) => new(FieldErrorKind.InternalError, field, null, detail);

    /// <summary>The cause in a Status.</summary>
    public StatusCause ToCause() => new(Reason, Body, Field);

    /// <summary>Path and text.</summary>
    public override string ToString() => Field + ": " + Body;

    private static string ValueText(object? value) => value switch
    {
        null => "null",
        string text => GoText.Quote(text),
        bool flag => flag ? "true" : "false",
        JsonValue node when node.TryGetValue<string>(out var text) => GoText.Quote(text),
        JsonNode node => GoText.Json(node),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "null",
    };
}
