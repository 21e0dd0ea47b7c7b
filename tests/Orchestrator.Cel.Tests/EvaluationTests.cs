using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Tests;

/// <summary>The messages of cel-go, and what the vectors of the specification leave open.</summary>
public sealed class EvaluationTests
{
    private static readonly CelEnvironment Environment = CelEnvironment.Kubernetes.WithVariable("d", CelType.Dyn).WithVariable("m", CelType.MapOf(CelType.String, CelType.Int));

    private static CelActivation Activation => new CelActivation().Set("d", CelInt.Of(5)).Set("m", CelMap.Of([KeyValuePair.Create<string, CelValue>("a", CelInt.Of(1))]));

    [Theory]
    [InlineData("m.b", "error: no such key: b")]
    [InlineData("m['b']", "error: no such key: b")]
    [InlineData("[1][5]", "error: index out of bounds: 5")]
    [InlineData("[1][-1]", "error: index out of bounds: -1")]
    [InlineData("d / 0", "error: division by zero")]
    [InlineData("d % 0", "error: modulus by zero")]
    [InlineData("d + 'a'", "error: no such overload")]
    [InlineData("dyn(true) + 1", "error: no such overload: _+_")]
    [InlineData("d < 'a'", "error: no such overload")]
    [InlineData("d.startsWith('a')", "error: no such overload: startsWith(int, string)")]
    [InlineData("d.all(x, true)", "error: got 'types.Int', expected iterable type")]
    [InlineData("9223372036854775807 + 1", "error: integer overflow")]
    [InlineData("0u - 1u", "error: unsigned integer overflow")]
    [InlineData("int('x')", "error: type conversion error from 'string' to 'int'")]
    [InlineData("timestamp(string(d))", "error: type conversion error from 'string' to 'google.protobuf.Timestamp'")]
    [InlineData("timestamp('9999-12-31T23:59:59Z') + duration('1s')", "error: timestamp overflow")]
    [InlineData("optional.none().value()", "error: optional.none() dereference")]
    [InlineData("d ? 1 : 2", "error: no such overload")]
    [InlineData("string(b'\\xff')", "error: invalid UTF-8 in bytes, cannot convert to string")]
    public void Failures_have_the_messages_of_cel_go(string expression, string expected) => Assert.Equal(expected, CelCases.Outcome(expression, Environment, Activation));

    [Theory]
    [InlineData("d / 0 == 1 || true", "true")]
    [InlineData("true || d / 0 == 1", "true")]
    [InlineData("d / 0 == 1 && false", "false")]
    [InlineData("d / 0 == 1 || false", "error: division by zero")]
    [InlineData("[0, 1].exists(i, 1 / i == 1)", "true")]
    [InlineData("[1, 0].all(i, 1 / i == 2)", "false")]
    [InlineData("[0, 1].exists_one(i, 1 / i == 1)", "error: division by zero")]
    [InlineData("dyn(1) == 1.0 && dyn(1u) == 1 && dyn(1) != 'a'", "true")]
    [InlineData("{1: 'a'}[dyn(1.0)]", "a")]
    [InlineData("dyn(1) in [1.0]", "true")]
    [InlineData("size('😀é')", "2")]
    [InlineData("timestamp('2023-03-26T00:30:00Z').getHours('Europe/Paris')", "1")]
    [InlineData("timestamp('2023-03-26T01:30:00Z').getHours('Europe/Paris')", "3")]
    [InlineData("timestamp('2023-01-01T00:00:00Z').getDayOfWeek('-01:00')", "6")]
    [InlineData("string(timestamp('2023-01-01T00:00:00.5+01:00'))", "2023-01-01T00:00:00.5+01:00")]
    [InlineData("string(duration('1h1m1.5s'))", "3661.5s")]
    [InlineData("string(1234567.0) + string(0.00001)", "1.234567e+061e-05")]
    [InlineData("m.?b.orValue(7)", "7")]
    [InlineData("m[?'a'].optMap(x, x + 1).value()", "2")]
    [InlineData("[?optional.none(), 1, ?optional.of(2)]", "[1 2]")]
    [InlineData("{?'a': optional.none(), 'b': 1}", "map[b:1]")]
    [InlineData("has(m.a) && !has(m.b)", "true")]
    [InlineData("type(d) == int && type(type(d)) == type", "true")]
    [InlineData("[[1, 2], [3]].map(l, l.map(x, x * 2).filter(x, x > 2))", "[[4] [6]]")]
    public void Values(string expression, string expected) => Assert.Equal(expected, CelCases.Outcome(expression, Environment, Activation));

    [Fact]
    public void A_variable_without_a_value_fails() => Assert.Equal("error: no such attribute(s): d", CelCases.Outcome("d", Environment));

    [Fact]
    public void A_lazy_variable_is_computed_once_and_only_when_it_is_needed()
    {
        var computed = 0;
        var activation = new CelActivation().SetLazy("d", () => CelInt.Of(++computed));
        Assert.Equal("true", CelCases.Outcome("true || d == 1", Environment, activation));
        Assert.Equal(0, computed);
        Assert.Equal("true", CelCases.Outcome("d == 1 && d + d == 2", Environment, activation));
        Assert.Equal(1, computed);
    }

    [Fact]
    public void A_text_cannot_be_multiplied_beyond_bounds()
    {
        var environment = CelEnvironment.Kubernetes.WithVariable("s", CelType.String);
        var activation = new CelActivation().Set("s", CelString.Of(new string('a', 100_000)));
        Assert.Equal("error: string result exceeds the maximum length allowed (67108864)", CelCases.Outcome("s.replace('', s)", environment, activation));
        Assert.Equal("error: string result exceeds the maximum length allowed (67108864)", CelCases.Outcome("lists.range(10000).map(i, 'x').join(s)", environment, activation));
    }

    [Fact]
    public void A_host_can_cancel()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        var result = CelCases.Program("lists.range(1000).all(i, i >= 0)").Evaluate(CelActivation.Empty, ulong.MaxValue, cancelled.Token);
        Assert.Equal(new CelFailure(CelFailureKind.Interrupted, "operation interrupted"), result.Failure);
    }

    [Fact]
    public void A_program_runs_on_many_threads_at_once()
    {
        var program = CelCases.Program("[1, 2, 3].map(i, i * d).filter(i, i > 5).size()", Environment);
        var results = Enumerable.Range(0, 1000).AsParallel().Select(i => program.Evaluate(new CelActivation().Set("d", CelInt.Of(i))).Value).ToList();
        Assert.All(results, value => Assert.NotNull(value));
        Assert.Equal(0, results.Count(value => value is CelInt { Value: > 3 }));
    }

    [Fact]
    public void A_program_knows_the_variables_it_reads()
    {
        Assert.True(CelCases.Program("m.a == 1", Environment).Reads("m"));
        Assert.False(CelCases.Program("[1].all(m, m == 1)", Environment).Reads("m"));
    }
}
