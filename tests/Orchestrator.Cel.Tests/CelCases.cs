using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Tests;

/// <summary>Compiles and evaluates in one step.</summary>
internal static class CelCases
{
    /// <summary>The value as text, the message of a failure after "error: ", or the issues.</summary>
    public static string Outcome(string expression, CelEnvironment? environment = null, CelActivation? activation = null)
    {
        var compilation = (environment ?? CelEnvironment.Kubernetes).Compile(expression);
        if (compilation.Program is not { } program) return compilation.Message;
        var result = program.Evaluate(activation ?? CelActivation.Empty);
        return result.Failure is { } failure ? "error: " + failure.Message : CelText.Of(result.Value!);
    }

    public static CelResult Run(CelProgram program, CelActivation? activation = null, ulong costLimit = Costs.CelCosts.PerCallLimit) =>
        program.Evaluate(activation ?? CelActivation.Empty, costLimit, TestContext.Current.CancellationToken);

    public static CelProgram Program(string expression, CelEnvironment? environment = null)
    {
        var compilation = (environment ?? CelEnvironment.Kubernetes).Compile(expression);
        Assert.True(compilation.Program is not null, compilation.Message);
        return compilation.Program!;
    }
}
