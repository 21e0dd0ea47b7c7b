using Google.Protobuf;
using Orchestrator.Agent.Network;
using Orchestrator.AgentProtocol;

namespace Orchestrator.Agent.Tests.Network;

/// <summary>A small cluster's Services for the tests of routing and DNS.</summary>
internal static class Cluster
{
    public static NodeAddresses Addresses { get; } = new()
    {
        PodCidr = "10.42.3.0/24",
        ClusterCidr = "10.42.0.0/16",
        ServiceCidr = "10.96.0.0/16",
        ClusterDns = "10.96.0.10",
        Bridge = "orc123456",
    };

    public static NetworkMap Map()
    {
        var map = new NetworkMap();
        map.Apply(State(
            [
                Service("web", "10.96.0.5", """{"name":"http","port":80,"protocol":"TCP","nodePort":30080}"""),
                Service("db", "None", """{"name":"sql","port":5432,"protocol":"TCP"}"""),
                Service("empty", "10.96.0.9", """{"port":80,"protocol":"TCP"}"""),
                Service("kubernetes", "10.96.0.1", """{"name":"https","port":443,"protocol":"TCP"}"""),
            ],
            [
                Slice("web", """{"name":"http","port":8080,"protocol":"TCP"}""", ("10.42.3.7", true, ""), ("10.42.4.9", true, ""), ("10.42.3.8", false, "")),
                Slice("db", """{"name":"sql","port":5432,"protocol":"TCP"}""", ("10.42.3.20", true, "db-0"), ("10.42.3.21", true, "")),
                Slice("kubernetes", """{"name":"https","port":6443,"protocol":"TCP"}""", ("192.0.2.1", true, "")),
            ],
            full: true));
        return map;
    }

    public static NetworkState State(IEnumerable<string> services, IEnumerable<string> slices, bool full = false, params string[] removed)
    {
        var state = new NetworkState { Full = full };
        state.ServicesJson.AddRange(services.Select(ByteString.CopyFromUtf8));
        state.EndpointSlicesJson.AddRange(slices.Select(ByteString.CopyFromUtf8));
        state.Removed.AddRange(removed);
        return state;
    }

    public static string Service(string name, string clusterIp, string port) =>
        $$$"""{"metadata":{"namespace":"default","name":"{{{name}}}"},"spec":{"clusterIP":"{{{clusterIp}}}","ports":[{{{port}}}]}}""";

    public static string Slice(string service, string port, params (string Address, bool Ready, string Host)[] endpoints)
    {
        var items = endpoints.Select(endpoint =>
            $$$"""{"addresses":["{{{endpoint.Address}}}"],"hostname":"{{{endpoint.Host}}}","conditions":{"ready":{{{(endpoint.Ready ? "true" : "false")}}}}}""");
        return $$$"""{"metadata":{"namespace":"default","name":"{{{service}}}-abc","labels":{"kubernetes.io/service-name":"{{{service}}}"}},"addressType":"IPv4","ports":[{{{port}}}],"endpoints":[{{{string.Join(",", items)}}}]}""";
    }
}
