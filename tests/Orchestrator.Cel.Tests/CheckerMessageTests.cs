namespace Orchestrator.Cel.Tests;

/// <summary>Issues as the Kubernetes API embeds them in its messages.</summary>
public sealed class CheckerMessageTests
{
    [Theory]
    [InlineData("x", "ERROR: <input>:1:1: undeclared reference to 'x' (in container '')\n | x\n | ^")]
    [InlineData("1 + 'a'", "ERROR: <input>:1:3: found no matching overload for '_+_' applied to '(int, string)'\n | 1 + 'a'\n | ..^")]
    [InlineData("1.startsWith('a')", "ERROR: <input>:1:13: found no matching overload for 'startsWith' applied to 'int.(string)'\n | 1.startsWith('a')\n | ............^")]
    [InlineData("foo(1)", "ERROR: <input>:1:4: undeclared reference to 'foo' (in container '')\n | foo(1)\n | ...^")]
    [InlineData("'a'.b", "ERROR: <input>:1:4: type 'string' does not support field selection\n | 'a'.b\n | ...^")]
    [InlineData("1.all(x, true)", "ERROR: <input>:1:1: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)\n | 1.all(x, true)\n | ^")]
    [InlineData("[1, 'a']", "ERROR: <input>:1:5: expected type 'int' but found 'string'\n | [1, 'a']\n | ....^")]
    [InlineData("{'a': 1, 'b': 'c'}", "ERROR: <input>:1:15: expected type 'int' but found 'string'\n | {'a': 1, 'b': 'c'}\n | ..............^")]
    [InlineData("has(x)", "ERROR: <input>:1:5: invalid argument to has() macro\n | has(x)\n | ....^")]
    [InlineData("[1].all(1, true)", "ERROR: <input>:1:9: argument must be a simple name\n | [1].all(1, true)\n | ........^")]
    [InlineData("namespace", "ERROR: <input>:1:1: reserved identifier: namespace\n | namespace\n | ^")]
    [InlineData("duration('x')", "ERROR: <input>:1:10: invalid duration argument\n | duration('x')\n | .........^")]
    [InlineData("timestamp('x')", "ERROR: <input>:1:11: invalid timestamp argument\n | timestamp('x')\n | ..........^")]
    [InlineData("'a'.matches('(')", "ERROR: <input>:1:13: invalid matches argument\n | 'a'.matches('(')\n | ............^")]
    [InlineData("9223372036854775808", "ERROR: <input>:1:1: invalid int literal\n | 9223372036854775808\n | ^")]
    [InlineData("1 ? 2 : 3", "ERROR: <input>:1:3: found no matching overload for '_?_:_' applied to '(int, int, int)'\n | 1 ? 2 : 3\n | ..^")]
    [InlineData("a b", "ERROR: <input>:1:3: Syntax error: extraneous input 'b' expecting <EOF>\n | a b\n | ..^")]
    [InlineData("(1", "ERROR: <input>:1:3: Syntax error: missing ')' at '<EOF>'\n | (1\n | ..^")]
    [InlineData("a.", "ERROR: <input>:1:3: Syntax error: no viable alternative at input '.'\n | a.\n | ..^")]
    [InlineData("1 +\n  'a'", "ERROR: <input>:1:3: found no matching overload for '_+_' applied to '(int, string)'\n | 1 +\n | ..^")]
    [InlineData("'é' + 1", "ERROR: <input>:1:5: found no matching overload for '_+_' applied to '(string, int)'\n | 'é' + 1\n | .．..^")]
    public void Issues_quote_the_place(string expression, string expected) => Assert.Equal(expected, CelEnvironment.Kubernetes.Compile(expression).Message);

    [Fact]
    public void Several_issues_come_in_the_order_of_the_source() => Assert.Equal(
        "ERROR: <input>:1:1: undeclared reference to 'a' (in container '')\n | a && b\n | ^\nERROR: <input>:1:6: undeclared reference to 'b' (in container '')\n | a && b\n | .....^",
        CelEnvironment.Kubernetes.Compile("a && b").Message);

    [Theory]
    [InlineData('(', ')', "1")]
    [InlineData('[', ']', "")]
    public void Nesting_is_bounded(char open, char close, string inner)
    {
        Assert.NotNull(CelEnvironment.Kubernetes.Compile(new string(open, 100) + inner + new string(close, 100)).Program);
        Assert.Equal(
            "ERROR: <input>:-1:0: expression recursion limit exceeded: 250",
            CelEnvironment.Kubernetes.Compile(new string(open, 300) + inner + new string(close, 300)).Message);
    }

    [Theory]
    [InlineData("+", 260, false)]
    [InlineData("+", 240, true)]
    [InlineData("<", 260, false)]
    [InlineData("&&", 10_000, true)]
    public void Chains_of_operators_are_bounded_unless_they_balance(string symbol, int count, bool fits)
    {
        var operand = symbol == "&&" ? "true" : "1";
        var issues = CelEnvironment.Kubernetes.Compile(string.Join(symbol, Enumerable.Repeat(operand, count))).Issues;
        Assert.Equal(!fits, issues.Any(issue => issue.Message.Contains("recursion limit", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_size_of_an_expression_is_bounded() => Assert.Equal(
        "ERROR: <input>:-1:0: expression code point size exceeds limit: size: 100001, limit 100000",
        CelEnvironment.Kubernetes.Compile(new string('a', 100_001)).Message);
}
