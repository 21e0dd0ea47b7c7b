using Orchestrator.Cel.Libraries;

namespace Orchestrator.Cel.Tests;

/// <summary>The specification's own vectors.</summary>
public sealed class ConformanceTests
{
    private static readonly CelEnvironment Environment = CelEnvironment.Standard.WithLibraries(
        CelLibrary.Optionals, CelLibrary.Strings, CelLibrary.StringsReverse, CelLibrary.Math, CelLibrary.Encoders, CelLibrary.Bindings, CelLibrary.TwoVariables, CelLibrary.Lists);

    /// <summary>Vectors that are not met, each with the reason.</summary>
    private static readonly Dictionary<string, string> Differences = new(StringComparer.Ordinal)
    {
        ["type_deductions/functions/function_result_type"] = "declares a function of its own",
        ["type_deductions/type_parameters/multiple_parameters_generality"] = "declares a function of its own",
        ["type_deductions/type_parameters/multiple_parameters_generality_2"] = "declares a function of its own",
        ["type_deductions/type_parameters/multiple_parameters_parameterized_ovl"] = "declares a function of its own",
        ["type_deductions/type_parameters/multiple_parameters_parameterized_ovl_2"] = "declares a function of its own",
    };

    public static TheoryData<string> Files => [.. Directory.GetFiles(ConformanceVector.Folder, "*.jsonl").Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Files))]
    public void Vectors_are_met(string file)
    {
        var failures = new List<string>();
        foreach (var vector in ConformanceVector.Read(file))
        {
            var name = $"{Path.GetFileNameWithoutExtension(file)}/{vector.Name}";
            var why = WhyNot(vector);
            if ((why is null) == Differences.ContainsKey(name)) failures.Add($"{name}: {vector.Expression} : {why ?? "is met although it is listed as a difference"}");
        }

        Assert.True(failures.Count == 0, string.Join(System.Environment.NewLine, failures));
    }

    private static string? WhyNot(ConformanceVector vector)
    {
        var environment = vector.Declare(Environment);
        var compilation = vector.IsUnchecked ? environment.CompileUnchecked(vector.Expression) : environment.Compile(vector.Expression);
        if (compilation.Program is not { } program) return vector.ExpectsError ? null : compilation.Message;
        if (vector.Json["deducedType"] is { } deduced && ConformanceVector.ReadType(deduced).ToString() is var type && type != program.ResultType.ToString()) return $"expected type {type} but got {program.ResultType}";
        if (vector.CheckOnly) return null;
        var result = program.Evaluate(vector.Bind(), ulong.MaxValue);
        if (vector.ExpectsError) return result.Failure is null ? $"expected {vector.Json["error"]} but got {result.Value}" : null;
        return result.Failure?.Message ?? vector.WhyNot(result.Value!);
    }
}
