using Orchestrator.Cel.Libraries;

namespace Orchestrator.Cel.Tests;

public sealed class AuthorizationTests
{
    [Theory]
    [InlineData("authorizer.path('/healthz').check('get').allowed()", "true")]
    [InlineData("authorizer.path('  ').check('get').allowed()", "error: path must not be empty")]
    [InlineData("authorizer.group('apps').resource('').check('get').allowed()", "error: resource must not be empty")]
    [InlineData("authorizer.group('apps').resource('deployments').subresource('scale').namespace('ns').name('n').check('update').reason()", "update apps/deployments/scale ns/n   for ")]
    [InlineData("authorizer.group('').resource('pods').fieldSelector('a=b').labelSelector('c=d').check('list').reason()", "list /pods/ / a=b c=d for ")]
    [InlineData("authorizer.serviceAccount('ns', 'sa').group('').resource('pods').check('get').reason()", "get /pods/ /   for ns/sa")]
    [InlineData("authorizer.serviceAccount('not@valid', 'sa').group('').resource('pods').check('get').allowed()", "error: Invalid service account namespace")]
    [InlineData("authorizer.serviceAccount('ns', 'not@valid').group('').resource('pods').check('get').allowed()", "error: Invalid service account name")]
    [InlineData("authorizer.group('').resource('broken').check('get').errored()", "true")]
    [InlineData("authorizer.group('').resource('broken').check('get').error()", "no answer")]
    [InlineData("authorizer.requestResource.check('get').reason()", "get apps/deployments/ ns/d   for ")]
    public void Checks_reach_the_host(string expression, string expected)
    {
        var environment = CelEnvironment.Kubernetes
            .WithVariable("authorizer", CelAuthorization.AuthorizerType)
            .WithVariable("authorizer.requestResource", CelAuthorization.ResourceCheckType);
        var host = new Answers();
        var activation = new CelActivation()
            .Set("authorizer", CelAuthorization.Authorizer(host))
            .Set("authorizer.requestResource", CelAuthorization.RequestResource(host, "apps", "deployments", string.Empty, "ns", "d"));
        Assert.Equal(expected, CelCases.Outcome(expression, environment, activation));
    }

    /// <summary>The figures are those of TestAuthzLibrary in cost_test.go of the apiserver.</summary>
    [Theory]
    [InlineData("authorizer.path('/healthz')", 2)]
    [InlineData("authorizer.group('apps').resource('deployments').subresource('status').namespace('test').name('backend')", 6)]
    [InlineData("authorizer.group('').resource('pods').fieldSelector('spec.nodeName=example-node-name.fully.qualified.domain.name.example.com')", 1821)]
    [InlineData("authorizer.path('/healthz').check('get').allowed()", 350_003)]
    public void Checks_cost_what_they_cost_upstream(string expression, ulong cost)
    {
        var program = CelCases.Program(expression, CelEnvironment.Kubernetes.WithVariable("authorizer", CelAuthorization.AuthorizerType));
        var result = CelCases.Run(program, new CelActivation().Set("authorizer", CelAuthorization.Authorizer(new Answers())));
        Assert.Equal((cost, cost, cost), (result.Cost, program.EstimateCost().Min, program.EstimateCost().Max));
    }

    [Fact]
    public void Two_checks_are_affordable_and_three_are_not()
    {
        var environment = CelEnvironment.Kubernetes.WithVariable("authorizer", CelAuthorization.AuthorizerType);
        var activation = new CelActivation().Set("authorizer", CelAuthorization.Authorizer(new Answers()));
        const string Check = "authorizer.path('/healthz').check('get').allowed()";
        Assert.Equal("true", CelCases.Outcome($"{Check} && {Check}", environment, activation));
        Assert.Equal("error: operation cancelled: actual cost limit exceeded", CelCases.Outcome($"{Check} && {Check} && {Check}", environment, activation));
    }

    private sealed class Answers : ICelAuthorizer
    {
        public CelAuthorizationDecision Authorize(CelAuthorizationCheck check)
        {
            if (check.Resource == "broken") return new(false, string.Empty, "no answer");
            var who = check.ServiceAccount is { } account ? $"{account.Namespace}/{account.Name}" : string.Empty;
            return new(true, $"{check.Verb} {check.Group}/{check.Resource}/{check.Subresource} {check.Namespace}/{check.Name} {check.FieldSelector} {check.LabelSelector} for {who}");
        }
    }
}
