using System.Text;
using Orchestrator.Api.Admission.Webhooks;
using Xunit;

namespace Orchestrator.Api.Tests.Admission.Webhooks;

public sealed class WebhookVerdictTests
{
    private const string Head = "\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\"";

    [Theory]
    [InlineData("", "failed to call webhook: couldn't get version/kind; json parse error: unexpected end of JSON input")]
    [InlineData("hello", "failed to call webhook: couldn't get version/kind; json parse error: invalid character 'h' looking for beginning of value")]
    [InlineData("{}", "received invalid webhook response: webhook response was absent")]
    [InlineData("{$HEAD,\"response\":{\"uid\":\"other\",\"allowed\":true}}", "received invalid webhook response: expected response.uid=\"u\", got \"other\"")]
    [InlineData("{\"response\":{\"uid\":\"u\",\"allowed\":true}}",
        "received invalid webhook response: expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got /, Kind=")]
    [InlineData("{\"kind\":\"AdmissionReview\",\"apiVersion\":\"v1\",\"response\":{\"uid\":\"u\",\"allowed\":true}}",
        "received invalid webhook response: expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got /v1, Kind=AdmissionReview")]
    [InlineData("{$HEAD,\"response\":{\"uid\":\"u\",\"allowed\":true,\"patch\":\"W10=\"}}", "received invalid webhook response: webhook returned response.patch but not response.patchType")]
    [InlineData("{$HEAD,\"response\":{\"uid\":\"u\",\"allowed\":true,\"patchType\":\"JSONPatch\"}}", "received invalid webhook response: webhook returned response.patchType but not response.patch")]
    [InlineData("{$HEAD,\"response\":{\"uid\":\"u\",\"allowed\":true,\"patch\":\"W10=\",\"patchType\":\"\"}}", "received invalid webhook response: webhook returned invalid response.patchType of \"\"")]
    [InlineData("{$HEAD,\"response\":{\"uid\":\"u\",\"allowed\":true,\"patch\":\"W3t9XQ==\",\"patchType\":\"Merge\"}}", "unsupported patch type \"Merge\"")]
    [InlineData("{$HEAD,\"response\":{\"uid\":\"u\",\"allowed\":true,\"patch\":\"aGVsbG8=\",\"patchType\":\"JSONPatch\"}}",
        "received undecodable patch in webhook response: invalid character 'h' looking for beginning of value")]
    [InlineData("{$HEAD,\"response\":{\"uid\":\"u\",\"allowed\":true,\"patch\":\"e30=\",\"patchType\":\"JSONPatch\"}}",
        "received undecodable patch in webhook response: json: cannot unmarshal object into Go value of type jsonpatch.Patch")]
    [InlineData("{$HEAD,\"response\":{\"uid\":\"u\",\"allowed\":true,\"patch\":\"W10=\",\"patchType\":\"Merge\"}}", null)]
    public void A_mutating_webhooks_answer_is_checked(string body, string? fault)
    {
        var verdict = Read(body, mutates: true);
        Assert.Equal(fault, verdict.Fault);
        Assert.True(verdict.Patch.IsEmpty);
    }

    [Theory]
    [InlineData("\"patch\":\"W10=\",\"patchType\":\"JSONPatch\"", "received invalid webhook response: validating webhook may not return response.patch")]
    [InlineData("\"patchType\":\"JSONPatch\"", "received invalid webhook response: validating webhook may not return response.patchType")]
    public void A_validating_webhook_changes_nothing(string part, string fault) =>
        Assert.Equal(fault, Read("{$HEAD,\"response\":{\"uid\":\"u\",\"allowed\":true," + part + "}}", mutates: false).Fault);

    [Fact]
    public void Of_an_older_review_neither_kind_nor_uid_are_checked()
    {
        var verdict = Read("{\"response\":{\"allowed\":true,\"patch\":\"W3t9XQ==\"}}", mutates: true, "v1beta1");
        Assert.Null(verdict.Fault);
        Assert.False(verdict.Patch.IsEmpty);
    }

    [Theory]
    [InlineData("", 400, "", "admission webhook \"h\" denied the request without explanation")]
    [InlineData(",\"status\":{\"reason\":\"Forbidden\"}", 400, "Forbidden", "admission webhook \"h\" denied the request: Forbidden")]
    [InlineData(",\"status\":{\"code\":200,\"message\":\"no\"}", 400, "", "admission webhook \"h\" denied the request: no")]
    [InlineData(",\"status\":{\"code\":418,\"message\":\"no\",\"reason\":\"Teapot\"}", 418, "Teapot", "admission webhook \"h\" denied the request: no")]
    public void A_refusal_is_told_with_the_webhooks_words(string status, int code, string reason, string message)
    {
        var refusal = Read("{$HEAD,\"response\":{\"uid\":\"u\",\"allowed\":false" + status + "}}", mutates: false).Refusal!;
        Assert.Equal((code, reason, message), (refusal.Code, refusal.Reason, refusal.Message));
    }

    private static WebhookVerdict Read(string body, bool mutates, string version = "v1") => WebhookVerdict.Read(
        "h", new WebhookReply("u", Encoding.UTF8.GetBytes(body.Replace("$HEAD", Head, StringComparison.Ordinal)), null), mutates, version);
}
