using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.Protobuf;

namespace Orchestrator.Api.Tests.Protobuf;

public sealed class ProtobufToJsonTests
{
    /// <summary>What kubectl 1.32 sends for: create deployment web --image=web:1 --replicas=0 --port=80.</summary>
    private const string Deployment =
        "azhzAAoVCgdhcHBzL3YxEgpEZXBsb3ltZW50ErYBCh8KA3dlYhIAGgAiACoAMgA4AEIAWgoKA2FwcBIDd2ViEoQBCAASDAoKCgNhcHASA3dlYhpqChwKABIAGgAiACoAMgA4AEIAWgoKA2FwcBIDd2Vi"
        + "EkoSLAoDd2ViEgV3ZWI6MSoAMgoKABAAGFAiACoAQgBqAHIAgAEAiAEAkAEAogEAGgAyAEIASgBSAFgAYABoAIIBAIoBAJoBAMIBACICCgAoADgAGgwIABAAGAAgACgAOAAaACIA";

    /// <summary>What kubectl 1.32 sends for: create service nodeport web --tcp=80:8080.</summary>
    private const string Service =
        "azhzAAoNCgJ2MRIHU2VydmljZRJoCh8KA3dlYhIAGgAiACoAMgA4AEIAWgoKA2FwcBIDd2ViEkEKGwoHODAtODA4MBIDVENQGFAiBwgAEJA/GgAoABIKCgNhcHASA3dlYhoAIghOb2RlUG9ydDoAQgBSAFoAYABoABoCCgAaACIA";

    [Theory]
    [InlineData(Deployment, """
        {"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"web","labels":{"app":"web"}},"spec":{"replicas":0,"selector":{"matchLabels":{"app":"web"}},
        "template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"web","image":"web:1","ports":[{"containerPort":80}],"resources":{}}]}},"strategy":{}},"status":{}}
        """)]
    [InlineData(Service, """
        {"kind":"Service","apiVersion":"v1","metadata":{"name":"web","labels":{"app":"web"}},
        "spec":{"ports":[{"name":"80-8080","protocol":"TCP","port":80,"targetPort":8080}],"selector":{"app":"web"},"type":"NodePort"},"status":{"loadBalancer":{}}}
        """)]
    [InlineData("azhzAAoMCgJ2MRIGU2VjcmV0Eh0KEQoBcxIAGgAiACoAMgA4AEIAEgYKAWESAWIaABoAIgA=", """
        {"kind":"Secret","apiVersion":"v1","metadata":{"name":"s"},"data":{"a":"Yg=="}}
        """)]
    [InlineData(
        "azhzAAoyChdhdXRob3JpemF0aW9uLms4cy5pby92MRIXU2VsZlN1YmplY3RBY2Nlc3NSZXZpZXcSPAoQCgASABoAIgAqADIAOABCABIeChwKB2RlZmF1bHQSA2dldBoAIgAqBHBvZHMyADoAGggIABIAGgAgABoAIgA=", """
        {"kind":"SelfSubjectAccessReview","apiVersion":"authorization.k8s.io/v1","metadata":{},
        "spec":{"resourceAttributes":{"namespace":"default","verb":"get","resource":"pods"}},"status":{"allowed":false}}
        """)]
    public void What_a_typed_client_sends_is_the_document_that_it_means(string base64, string json)
    {
        var (document, fault) = ProtobufToJson.Convert(Convert.FromBase64String(base64));
        Assert.Null(fault);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(json), JsonNode.Parse(document!)), Encoding.UTF8.GetString(document!));
    }

    [Fact]
    public void Inlined_messages_times_quantities_and_maps_have_their_JSON_forms()
    {
        // A pod with a volume from a ConfigMap, a limit, and a creation time.
        var body = Body("v1", "Pod", Message(
            (1, Message((1, "p"), (8, Message((1, 1_700_000_000L))))),
            (2, Message(
                (1, Message((1, "cfg"), (2, Message((19, Message((1, Message((1, "settings"))))))))),
                (2, Message((1, "c"), (8, Message((1, Message((1, "cpu"), (2, Message((1, "100m")))))))))))));
        var (document, fault) = ProtobufToJson.Convert(body);
        Assert.Null(fault);
        Assert.True(
            JsonNode.DeepEquals(JsonNode.Parse("""
                {"kind":"Pod","apiVersion":"v1","metadata":{"name":"p","creationTimestamp":"2023-11-14T22:13:20Z"},
                "spec":{"volumes":[{"name":"cfg","configMap":{"name":"settings"}}],"containers":[{"name":"c","resources":{"limits":{"cpu":"100m"}}}]}}
                """), JsonNode.Parse(document!)),
            Encoding.UTF8.GetString(document!));
    }

    [Theory]
    [InlineData("AAAAAA==", "provided data does not appear to be a protobuf message")]
    [InlineData("azhzAAo=", "proto: unexpected EOF")]
    [InlineData("azhzAAr/////////////AQ==", "proto: integer overflow")]
    [InlineData("azhzAAsA", "proto: illegal wire type 3")]
    public void Bytes_that_are_no_message_are_refused(string base64, string fault) =>
        Assert.StartsWith(fault, ProtobufToJson.Convert(Convert.FromBase64String(base64)).Fault, StringComparison.Ordinal);

    [Fact]
    public void A_kind_without_numbers_says_to_send_JSON() =>
        Assert.Contains("send JSON", ProtobufToJson.Convert(Body("example.com/v1", "Widget", [])).Fault, StringComparison.Ordinal);

    [Fact]
    public void No_bytes_whatever_make_it_fail_otherwise_than_by_saying_so()
    {
        var valid = Convert.FromBase64String(Deployment);
        var random = new Random(20261125);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = valid.AsSpan().ToArray();
            for (var changes = random.Next(1, 6); changes > 0; changes--)
            {
                bytes[random.Next(4, bytes.Length)] = (byte)random.Next(256);
            }

            var (json, fault) = ProtobufToJson.Convert(bytes.AsSpan(0, random.Next(4, bytes.Length + 1)));
            Assert.True(json is null ^ fault is null);
        }
    }

    private static byte[] Body(string apiVersion, string kind, byte[] raw) =>
        [.. "k8s\0"u8, .. Message((1, Message((1, apiVersion), (2, kind))), (2, raw))];

    private static byte[] Message(params (int Number, object Value)[] fields)
    {
        using var output = new MemoryStream();
        foreach (var (number, value) in fields)
        {
            if (value is long whole)
            {
                Varint(output, (ulong)number << 3);
                Varint(output, (ulong)whole);
                continue;
            }

            var bytes = value as byte[] ?? Encoding.UTF8.GetBytes((string)value);
            Varint(output, ((ulong)number << 3) | 2);
            Varint(output, (ulong)bytes.Length);
            output.Write(bytes);
        }

        return output.ToArray();
    }

    private static void Varint(MemoryStream output, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            output.WriteByte((byte)(value | 0x80));
        }

        output.WriteByte((byte)value);
    }
}
