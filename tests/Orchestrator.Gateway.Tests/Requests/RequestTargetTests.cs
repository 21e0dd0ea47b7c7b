using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Orchestrator.Gateway.Requests;

namespace Orchestrator.Gateway.Tests.Requests;

public sealed class RequestTargetTests
{
    [Theory]
    [InlineData("GET", "/api/v1/namespaces", "list v1  namespaces   ")]
    [InlineData("GET", "/api/v1/namespaces/other", "get v1  namespaces other other ")]
    [InlineData("GET", "/api/v1/namespaces/other/pods", "list v1  pods other  ")]
    [InlineData("GET", "/api/v1/namespaces/other/pods/foo", "get v1  pods other foo ")]
    [InlineData("HEAD", "/api/v1/namespaces/other/pods/foo", "get v1  pods other foo ")]
    [InlineData("GET", "/api/v1/pods", "list v1  pods   ")]
    [InlineData("GET", "/api/v1/pods?watch=true", "watch v1  pods   ")]
    [InlineData("GET", "/api/v1/pods?watch=0", "list v1  pods   ")]
    [InlineData("GET", "/api/v1/watch/namespaces/other/pods/foo", "watch v1  pods other foo ")]
    [InlineData("POST", "/api/v1/namespaces/other/pods", "create v1  pods other  ")]
    [InlineData("PUT", "/api/v1/namespaces/other/pods/foo", "update v1  pods other foo ")]
    [InlineData("PATCH", "/api/v1/namespaces/other/pods/foo/status", "patch v1  pods other foo status")]
    [InlineData("DELETE", "/api/v1/namespaces/other/pods/foo", "delete v1  pods other foo ")]
    [InlineData("DELETE", "/api/v1/namespaces/other/pods", "deletecollection v1  pods other  ")]
    [InlineData("PUT", "/api/v1/namespaces/other/finalize", "update v1  namespaces other other finalize")]
    [InlineData("PUT", "/api/v1/namespaces/other/status", "update v1  namespaces other other status")]
    [InlineData("GET", "/apis/apps/v1/namespaces/other/deployments/web/scale", "get v1 apps deployments other web scale")]
    [InlineData("GET", "/apis/apps/v1/deployments?fieldSelector=metadata.name%3Dweb", "list v1 apps deployments  web ")]
    [InlineData("GET", "/api/v1/namespaces/other/pods/foo/proxy/a/b", "get v1  pods other foo proxy")]
    public void A_resource_path_is_read_as_upstream_reads_it(string method, string url, string expected)
    {
        var target = Parse(method, url);
        Assert.True(target.IsResource);
        Assert.Equal(expected, $"{target.Verb} {target.Version} {target.Group} {target.Resource} {target.Namespace} {target.Name} {target.Subresource}");
    }

    [Theory]
    [InlineData("/api/v1/namespaces/other", false)]
    [InlineData("/api/v1/namespaces/other/status", false)]
    [InlineData("/api/v1/nodes/other", false)]
    [InlineData("/api/v1/namespaces/other/pods", true)]
    [InlineData("/api/v1/namespaces/other/namespaces/other", true)]
    [InlineData("/api/v1/watch/namespaces/other/pods", true)]
    public void A_resource_is_in_a_namespace_where_it_stands_below_one(string path, bool expected) => Assert.Equal(expected, Parse("GET", path).InNamespace);

    [Theory]
    [InlineData("/")]
    [InlineData("/version")]
    [InlineData("/api")]
    [InlineData("/api/v1")]
    [InlineData("/apis/apps")]
    [InlineData("/apis/apps/v1")]
    [InlineData("/healthz/ping")]
    public void Other_paths_are_no_resources(string path)
    {
        var target = Parse("GET", path);
        Assert.False(target.IsResource);
        Assert.Equal("get", target.Verb);
        Assert.Equal(path, target.Path);
    }

    private static RequestTarget Parse(string method, string url)
    {
        var question = url.IndexOf('?', StringComparison.Ordinal);
        var query = new QueryCollection(QueryHelpers.ParseQuery(question < 0 ? "" : url[question..]));
        return RequestTarget.Parse(method, question < 0 ? url : url[..question], query);
    }
}
