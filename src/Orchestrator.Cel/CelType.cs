namespace Orchestrator.Cel;

/// <summary>The kinds of types that the checker tells apart.</summary>
public enum CelTypeKind
{
    Error,
    Dyn,
    Null,
    Bool,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    Timestamp,
    Duration,
    List,
    Map,

    /// <summary>The type of types.</summary>
    Type,

    /// <summary>An object with named fields, described by an <see cref="ICelTypeProvider"/>.</summary>
    Object,

    /// <summary>A named type that only functions look into.</summary>
    Opaque,

    /// <summary>A nullable primitive.</summary>
    Wrapper,

    /// <summary>A variable of the type inference.</summary>
    Parameter,
}

/// <summary>A type of the Common Expression Language. Equality is structural.</summary>
public sealed class CelType : IEquatable<CelType>
{
    private const string OptionalName = "optional_type";

    private CelType(CelTypeKind kind, string name, params CelType[] parameters)
    {
        Kind = kind;
        RuntimeName = name;
        Parameters = parameters;
    }

    /// <summary>The type of what failed to check; it silences further complaints.</summary>
    public static CelType Error { get; } = new(CelTypeKind.Error, "*error*");

    /// <summary>Any value; what is done with it is checked when it runs.</summary>
    public static CelType Dyn { get; } = new(CelTypeKind.Dyn, "dyn");

    public static CelType Null { get; } = new(CelTypeKind.Null, "null_type");

    public static CelType Bool { get; } = new(CelTypeKind.Bool, "bool");

    public static CelType Int { get; } = new(CelTypeKind.Int, "int");

    public static CelType Uint { get; } = new(CelTypeKind.Uint, "uint");

    public static CelType Double { get; } = new(CelTypeKind.Double, "double");

    public static CelType String { get; } = new(CelTypeKind.String, "string");

    public static CelType Bytes { get; } = new(CelTypeKind.Bytes, "bytes");

    public static CelType Timestamp { get; } = new(CelTypeKind.Timestamp, "google.protobuf.Timestamp");

    public static CelType Duration { get; } = new(CelTypeKind.Duration, "google.protobuf.Duration");

    public static CelType TypeOfTypes { get; } = new(CelTypeKind.Type, "type");

    public static CelType AnyList { get; } = ListOf(Dyn);

    public static CelType AnyMap { get; } = MapOf(Dyn, Dyn);

    public static CelType AnyOptional { get; } = OptionalOf(Dyn);

    public CelTypeKind Kind { get; }

    /// <summary>The name without parameters, which <c>type(x)</c> compares and which runtime messages print.</summary>
    public string RuntimeName { get; }

    /// <summary>The element of a list, the key and the value of a map, what a wrapper wraps.</summary>
    public IReadOnlyList<CelType> Parameters { get; }

    /// <summary>Whether the type is <c>optional_type(T)</c>.</summary>
    public bool IsOptional => Kind == CelTypeKind.Opaque && RuntimeName == OptionalName;

    internal bool IsDynOrError => Kind is CelTypeKind.Dyn or CelTypeKind.Error;

    public static CelType ListOf(CelType element) => new(CelTypeKind.List, "list", element);

    public static CelType MapOf(CelType key, CelType value) => new(CelTypeKind.Map, "map", key, value);

    public static CelType OptionalOf(CelType value) => new(CelTypeKind.Opaque, OptionalName, value);

    public static CelType Object(string name) => new(CelTypeKind.Object, name);

    public static CelType Opaque(string name, params CelType[] parameters) => new(CelTypeKind.Opaque, name, parameters);

    /// <summary>The type of the value that denotes a type.</summary>
    public static CelType TypeOf(CelType denoted) => new(CelTypeKind.Type, "type", denoted);

    /// <summary>A primitive or null.</summary>
    public static CelType WrapperOf(CelType primitive) => new(CelTypeKind.Wrapper, primitive.RuntimeName, primitive);

    internal static CelType Parameter(string name) => new(CelTypeKind.Parameter, name);

    public bool Equals(CelType? other)
    {
        if (ReferenceEquals(this, other)) return true;
        if (other is null || other.Kind != Kind || other.RuntimeName != RuntimeName || other.Parameters.Count != Parameters.Count) return false;
        for (var i = 0; i < Parameters.Count; i++)
        {
            if (!Parameters[i].Equals(other.Parameters[i])) return false;
        }

        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as CelType);

    public override int GetHashCode() => HashCode.Combine(Kind, RuntimeName, Parameters.Count);

    /// <summary>The type as cel-go's messages write it: <c>map(string, list(int))</c>.</summary>
    /// <remarks>Upstream: checker/format.go.</remarks>
    public override string ToString() => Kind switch
    {
        CelTypeKind.Error => "!error!",
        CelTypeKind.Null => "null",
        CelTypeKind.Timestamp => "timestamp",
        CelTypeKind.Duration => "duration",
        CelTypeKind.Wrapper => $"wrapper({RuntimeName})",
        _ when Parameters.Count == 0 => RuntimeName,
        _ => $"{RuntimeName}({string.Join(", ", Parameters)})",
    };

    internal CelType With(CelType[] parameters) => new(Kind, RuntimeName, parameters);
}
