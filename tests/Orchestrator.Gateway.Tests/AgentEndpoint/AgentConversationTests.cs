using System.Text.Json.Nodes;
using Google.Protobuf;
using Grpc.Core;
using Orchestrator.AgentProtocol;
using Orchestrator.Gateway.AgentEndpoint;
using Orchestrator.Gateway.Tests.Fakes;

namespace Orchestrator.Gateway.Tests.AgentEndpoint;

public sealed class AgentConversationTests
{
    /// <summary>A node whose agent started before its network stayed NotReady for good once its grain had moved.</summary>
    [Theory]
    [InlineData("""{"ready":"yes"}""", "yes")]
    [InlineData("no JSON", "no")]
    public async Task An_agent_is_introduced_again_with_the_status_that_it_told_last(string told, string expected)
    {
        var grains = new FakeGrains(new FakeCluster());
        var node = grains.FakeNode("n1");
        node.Forgets = 1;
        var hello = new Hello { NodeName = "n1", NodeJson = ByteString.CopyFromUtf8("""{"metadata":{"name":"n1"},"status":{"ready":"no"}}""") };
        var sent = new Sent(
            new AgentMessage { Epoch = 1, Hello = hello },
            new AgentMessage { Epoch = 1, Node = new NodeReport { StatusJson = ByteString.CopyFromUtf8(told) } });
        await sent.MoveNext(TestContext.Current.CancellationToken);
        await new AgentConversation(grains, "n1", sent, new Unread()).RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["no", expected], node.Hellos.Select(bytes => (string?)JsonNode.Parse(Hello.Parser.ParseFrom(bytes).NodeJson.Span)!["status"]!["ready"]));
        Assert.Equal(2, node.Reports.Count);
    }

    private sealed class Sent(params AgentMessage[] messages) : IAsyncStreamReader<AgentMessage>
    {
        private int next = -1;

        public AgentMessage Current => messages[next];

        public Task<bool> MoveNext(CancellationToken cancellationToken) => Task.FromResult(++next < messages.Length);
    }

    private sealed class Unread : IServerStreamWriter<ServerMessage>
    {
        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(ServerMessage message) => Task.CompletedTask;

        public Task WriteAsync(ServerMessage message, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
