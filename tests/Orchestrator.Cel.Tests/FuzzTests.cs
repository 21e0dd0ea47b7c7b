using System.Diagnostics;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Tests;

/// <summary>Whatever is written, compiling and evaluating answers: it neither throws nor runs away.</summary>
public sealed class FuzzTests
{
    private const int Seed = 20260714;
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(2);

    private static readonly CelEnvironment Environment = CelEnvironment.Kubernetes
        .WithVariable("d", CelType.Dyn).WithVariable("l", CelType.ListOf(CelType.Dyn)).WithVariable("m", CelType.MapOf(CelType.String, CelType.Dyn)).WithVariable("s", CelType.String);

    private static readonly string[] Words =
    [
        "d", "l", "m", "s", "x", "1", "-1", "0", "2u", "1.5", "'a'", "'%s %d'", "b'x'", "true", "false", "null", "[", "]", "(", ")", "{", "}", ",", ":", ".", "?", "+", "-", "*",
        "/", "%", "==", "!=", "<", "<=", "in", "&&", "||", "!", ".all(x, ", ".map(x, ", ".filter(x, ", ".exists(x, ", "has(", "size(", "type(", "int(", "string(", ".?", "[?",
        ".matches('", "\\", "optional.of(", ".orValue(", ".sortBy(x, ", ".transformMap(k, v, ", "timestamp('2024-01-01T00:00:00Z')", "duration('1h')", ".format([", ".split(",
        "quantity('1')", "ip('::1')", "9223372036854775807", "'😀'", "\"", "'''", "//", "\n", "`", "@", "#",
    ];

    [Fact]
    public void Random_words()
    {
        var random = new Random(Seed);
        Run(() => string.Concat(Enumerable.Range(0, random.Next(1, 25)).Select(_ => Words[random.Next(Words.Length)])));
    }

    [Fact]
    public void Grown_expressions_of_the_right_form()
    {
        var random = new Random(Seed + 1);
        var compiled = Run(() => Grow(random, 5));
        Assert.True(compiled > 100, $"only {compiled} expressions compiled");
    }

    [Fact]
    public void Random_regular_expressions()
    {
        var random = new Random(Seed + 2);
        const string Alphabet = "ab01[]()^$.*+?{},|\\dwspPxQE:-é😀&&";
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < Budget / 2)
        {
            var pattern = new string([.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
            var result = Libraries.CelRegex.Compile(pattern);
            Assert.True(result.Regex is not null || result.Error.StartsWith("error parsing regexp: ", StringComparison.Ordinal), pattern);
            result.Regex?.IsMatch("ab01é😀");
        }
    }

    private static int Run(Func<string> next)
    {
        var compiled = 0;
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < Budget)
        {
            var expression = next();
            var compilation = Environment.Compile(expression);
            Assert.True((compilation.Program is null) == (compilation.Issues.Count > 0), expression);
            if (compilation.Program is not { } program) continue;
            compiled++;
            var estimate = program.EstimateCost();
            Assert.True(estimate.Min <= estimate.Max, expression);
            var before = watch.Elapsed;
            var result = program.Evaluate(Activation(), 10_000);
            Assert.True((result.Value is null) != (result.Failure is null), expression);
            Assert.True(watch.Elapsed - before < TimeSpan.FromSeconds(5), expression);
        }

        return compiled;
    }

    private static CelActivation Activation() => new CelActivation()
        .Set("d", CelMap.Of([KeyValuePair.Create<string, CelValue>("a", CelInt.Of(1))]))
        .Set("l", CelList.Of(CelInt.Of(1), CelString.Of("a"), CelNull.Instance))
        .Set("m", CelMap.Of([KeyValuePair.Create<string, CelValue>("a", CelDouble.Of(double.NaN))]))
        .Set("s", CelString.Of("a😀"));

    private static string Grow(Random random, int depth)
    {
        if (depth == 0) return random.Next(8) switch { 0 => "d", 1 => "l", 2 => "m", 3 => "s", 4 => "1", 5 => "'a'", 6 => "true", _ => "x" };
        string Next() => Grow(random, random.Next(depth));
        return random.Next(16) switch
        {
            0 => $"({Next()} + {Next()})",
            1 => $"({Next()} == {Next()})",
            2 => $"({Next()} && {Next()})",
            3 => $"({Next()} ? {Next()} : {Next()})",
            4 => $"l.map(x, {Next()})",
            5 => $"dyn({Next()}).all(x, {Next()})",
            6 => $"[{Next()}, dyn({Next()})]",
            7 => $"{{'k': {Next()}}}",
            8 => $"dyn({Next()}).a",
            9 => $"dyn({Next()})[{Next()}]",
            10 => $"size(dyn({Next()}))",
            11 => $"string(dyn({Next()}))",
            12 => $"dyn({Next()}).?a",
            13 => $"has(dyn({Next()}).a)",
            14 => $"'%s'.format([{Next()}])",
            _ => $"({Next()} < {Next()})",
        };
    }
}
