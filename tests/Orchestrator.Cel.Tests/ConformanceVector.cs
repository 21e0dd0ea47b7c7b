using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Tests;

/// <summary>One vector of the specification.</summary>
internal sealed record ConformanceVector(JsonObject Json)
{
    public string Name => $"{Json["section"]}/{Json["name"]}";

    public string Expression => Json["expr"]!.GetValue<string>();

    public bool ExpectsError => Json.ContainsKey("error");

    public bool IsUnchecked => Json.ContainsKey("disableCheck");

    public bool CheckOnly => Json.ContainsKey("checkOnly");

    public static string Folder => Path.Combine(Path.GetDirectoryName(ThisFile())!, "testdata", "conformance");

    public static IEnumerable<ConformanceVector> Read(string file) =>
        File.ReadLines(Path.Combine(Folder, file)).Where(line => line.Length > 0).Select(line => new ConformanceVector(JsonNode.Parse(line)!.AsObject()));

    public CelEnvironment Declare(CelEnvironment environment)
    {
        foreach (var declaration in Json["typeEnv"]?.AsArray() ?? [])
        {
            if (declaration!["ident"] is { } ident) environment = environment.WithVariable(declaration["name"]!.GetValue<string>(), ReadType(ident["type"]!));
        }

        return Json["container"] is { } container ? environment.WithContainer(container.GetValue<string>()) : environment;
    }

    public CelActivation Bind()
    {
        var activation = new CelActivation();
        foreach (var (name, bound) in Json["bindings"]?.AsObject() ?? []) activation.Set(name, ReadValue(bound!["value"]!));
        return activation;
    }

    /// <summary>Why a value is not the expected one, or null when it is.</summary>
    public string? WhyNot(CelValue value)
    {
        if (Json["value"] is not { } json) return null;
        var expected = ReadValue(json);
        if (expected is CelDouble { Value: double.NaN } && value is CelDouble { Value: double.NaN }) return null;
        return expected.Type.Kind == value.Type.Kind && expected.EqualTo(value) ? null : $"expected {expected} but got {value} : {value.Type}";
    }

    public static CelType ReadType(JsonNode type)
    {
        var (kind, value) = type.AsObject().First();
        return kind switch
        {
            "primitive" => Primitive(value!.GetValue<string>()),
            "wellKnown" => value!.GetValue<string>() switch { "TIMESTAMP" => CelType.Timestamp, "DURATION" => CelType.Duration, _ => CelType.Dyn },
            "listType" => CelType.ListOf(value!["elemType"] is { } element ? ReadType(element) : CelType.Dyn),
            "mapType" => CelType.MapOf(ReadType(value!["keyType"]!), ReadType(value["valueType"]!)),
            "null" => CelType.Null,
            "wrapper" => CelType.WrapperOf(Primitive(value!.GetValue<string>())),
            "type" => CelType.TypeOf(value is JsonObject { Count: > 0 } ? ReadType(value) : CelType.Dyn),
            "abstractType" => CelType.Opaque(value!["name"]!.GetValue<string>(), [.. value["parameterTypes"]!.AsArray().Select(parameter => ReadType(parameter!))]),
            _ => CelType.Dyn,
        };
    }

    private static CelType Primitive(string name) => name switch
    {
        "BOOL" => CelType.Bool,
        "INT64" => CelType.Int,
        "UINT64" => CelType.Uint,
        "DOUBLE" => CelType.Double,
        "STRING" => CelType.String,
        _ => CelType.Bytes,
    };

    private static CelValue ReadValue(JsonNode json)
    {
        var (kind, value) = json.AsObject().First();
        return kind switch
        {
            "nullValue" => CelNull.Instance,
            "boolValue" => CelBool.Of(value!.GetValue<bool>()),
            "int64Value" => CelInt.Of(long.Parse(value!.GetValue<string>(), CultureInfo.InvariantCulture)),
            "uint64Value" => CelUint.Of(ulong.Parse(value!.GetValue<string>(), CultureInfo.InvariantCulture)),
            "doubleValue" => CelDouble.Of(value!.GetValueKind() == System.Text.Json.JsonValueKind.String
                ? value.GetValue<string>() switch { "NaN" => double.NaN, "Infinity" => double.PositiveInfinity, _ => double.NegativeInfinity }
                : value.GetValue<double>()),
            "stringValue" => CelString.Of(value!.GetValue<string>()),
            "bytesValue" => new CelBytes(Convert.FromBase64String(value!.GetValue<string>())),
            "listValue" => CelList.Of((value!["values"]?.AsArray() ?? []).Select(element => ReadValue(element!))),
            "mapValue" => Map(value!["entries"]?.AsArray() ?? []),
            "typeValue" => new CelTypeValue(TypeNamed(value!.GetValue<string>())),
            _ => throw new NotSupportedException(kind),
        };
    }

    private static CelMap Map(JsonArray entries)
    {
        var map = new Dictionary<CelValue, CelValue>(CelValueComparer.Instance);
        foreach (var entry in entries) map[ReadValue(entry!["key"]!)] = ReadValue(entry["value"]!);
        return CelMap.Over(map);
    }

    private static CelType TypeNamed(string name) => name switch
    {
        "bool" => CelType.Bool,
        "int" => CelType.Int,
        "uint" => CelType.Uint,
        "double" => CelType.Double,
        "string" => CelType.String,
        "bytes" => CelType.Bytes,
        "list" => CelType.AnyList,
        "map" => CelType.AnyMap,
        "null_type" => CelType.Null,
        "type" => CelType.TypeOfTypes,
        _ => CelType.Opaque(name),
    };

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
