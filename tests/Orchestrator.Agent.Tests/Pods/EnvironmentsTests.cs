using Orchestrator.Agent.Pods;

namespace Orchestrator.Agent.Tests.Pods;

public sealed class EnvironmentsTests
{
    [Theory]
    [InlineData("""{"name":"X","value":"plain"}""", "plain")]
    [InlineData("""{"name":"X"}""", "")]
    [InlineData("""{"name":"A","value":"1"},{"name":"X","value":"$(A)-$(NOPE)-$$(A)"}""", "1-$(NOPE)-$(A)")]
    [InlineData("""{"name":"X","value":"$(DB_SERVICE_HOST)"}""", "10.96.0.9")]
    [InlineData("""{"name":"X","value":"$(color)"}""", "blue")]
    [InlineData("""{"name":"X","value":"$(Y)"},{"name":"Y","value":"late"}""", "$(Y)")]
    [InlineData("""{"name":"X","value":"1"},{"name":"X","value":"$(X)2"}""", "12")]
    [InlineData("""{"name":"X","valueFrom":{"configMapKeyRef":{"name":"settings","key":"color"}}}""", "blue")]
    [InlineData("""{"name":"X","valueFrom":{"secretKeyRef":{"name":"keys","key":"password"}}}""", "s3cret")]
    [InlineData("""{"name":"X","valueFrom":{"configMapKeyRef":{"name":"none","key":"k","optional":true}}}""", null)]
    [InlineData("""{"name":"X","valueFrom":{"secretKeyRef":{"name":"keys","key":"none","optional":true}}}""", null)]
    [InlineData("""{"name":"X","valueFrom":{"fieldRef":{"fieldPath":"status.podIP"}}}""", "10.42.0.7")]
    [InlineData("""{"name":"X","valueFrom":{"resourceFieldRef":{"resource":"limits.cpu"}}}""", "2")]
    public void A_variable_has_the_value(string variables, string? value) => Assert.Equal(value, Environment(variables).GetValueOrDefault("X"));

    [Theory]
    [InlineData("""{"name":"X","valueFrom":{"configMapKeyRef":{"name":"none","key":"k"}}}""", "configmap \"none\" not found")]
    [InlineData("""{"name":"X","valueFrom":{"secretKeyRef":{"name":"none","key":"k"}}}""", "secret \"none\" not found")]
    [InlineData("""{"name":"X","valueFrom":{"configMapKeyRef":{"name":"settings","key":"k"}}}""", "couldn't find key k in ConfigMap shop/settings")]
    [InlineData("""{"name":"X","valueFrom":{"secretKeyRef":{"name":"keys","key":"k"}}}""", "couldn't find key k in Secret shop/keys")]
    public void What_is_missing_is_named(string variable, string message) =>
        Assert.Equal(message, Assert.Throws<ContainerConfigException>(() => Environment(variable)).Message);

    [Fact]
    public void A_name_of_its_own_wins_over_a_source_and_both_over_services()
    {
        var environment = Environment(
            """{"name":"DB_SERVICE_HOST","value":"mine"},{"name":"P_color","value":"red"}""", """{"prefix":"P_","configMapRef":{"name":"settings"}}""");
        Assert.Equal("mine", environment["DB_SERVICE_HOST"]);
        Assert.Equal("red", environment["P_color"]);
        Assert.Equal("dotted", environment["P_a.b"]);
        Assert.False(environment.ContainsKey("P_raw"));
    }

    [Theory]
    [InlineData("""{"configMapRef":{"name":"none"}}""", "configmap \"none\" not found")]
    [InlineData("""{"secretRef":{"name":"none"}}""", "secret \"none\" not found")]
    [InlineData("""{"secretRef":{"name":"none","optional":true}}""", null)]
    public void A_source_may_be_missing_only_if_it_says_so(string source, string? message)
    {
        var thrown = Record.Exception(() => Environment("""{"name":"A","value":"1"}""", source));
        Assert.Equal(message, thrown?.Message);
    }

    [Theory]
    [InlineData("$(A)", "1")]
    [InlineData("$A $$ $", "$A $ $")]
    [InlineData("$(A", "$(A")]
    [InlineData("$(B)$(A)", "$(B)1")]
    [InlineData("$$$(A)$$(A)", "$1$(A)")]
    [InlineData("$((A))", "$((A))")]
    [InlineData("$(A$(A)", "$(A$(A)")]
    [InlineData("", "")]
    public void A_word_of_a_command_is_expanded(string text, string expanded) =>
        Assert.Equal(expanded, Environments.Expand(text, new Dictionary<string, string> { ["A"] = "1" }));

    private static Dictionary<string, string> Environment(string variables, string from = """{"configMapRef":{"name":"settings"}}""")
    {
        var pod = PodTexts.Pod($"\"env\":[{variables}],\"envFrom\":[{from}]");
        return Environments.Of(pod, pod.Spec.Containers[0], PodTexts.Materials, PodTexts.Facts).ToDictionary();
    }
}
