using System.Threading.Channels;
using Grpc.Core;
using Orchestrator.Agent.Connection;
using Orchestrator.AgentProtocol;
using Xunit;

namespace Orchestrator.Agent.Tests.Connection;

/// <summary>In which order the agent does what it is told.</summary>
public sealed class ServerInboxTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Said said = new();
    private readonly Taken taken = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stream_is_opened_while_the_network_is_still_being_written()
    {
        var running = new ServerInbox(taken, () => { }).RunAsync(said, Token);
        said.Add(new ServerMessage { Network = new NetworkState() });
        Assert.Equal("network begins", await taken.NextAsync());
        said.Add(new ServerMessage { Pod = new PodUpdate() });
        said.Add(new ServerMessage { OpenStream = new OpenStream() });
        Assert.Equal("stream", await taken.NextAsync());

        taken.Network.SetResult();
        Assert.Equal("pod", await taken.NextAsync());
        said.End();
        await running.WaitAsync(Patience, Token);
    }

    [Fact]
    public async Task What_was_said_before_the_end_is_carried_out()
    {
        said.Add(new ServerMessage { Network = new NetworkState() });
        said.Add(new ServerMessage { Pod = new PodUpdate() });
        said.End();
        var running = new ServerInbox(taken, () => { }).RunAsync(said, Token);
        Assert.Equal("network begins", await taken.NextAsync());
        Assert.False(running.IsCompleted);
        taken.Network.SetResult();
        await running.WaitAsync(Patience, Token);
        Assert.Equal("pod", await taken.NextAsync());
    }

    [Fact]
    public async Task A_fault_of_what_is_carried_out_ends_it_although_nothing_more_is_said()
    {
        var running = new ServerInbox(taken, () => { }).RunAsync(said, Token);
        said.Add(new ServerMessage { Network = new NetworkState() });
        await taken.NextAsync();
        taken.Network.SetException(new UnauthorizedAccessException("no nft"));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => running.WaitAsync(Patience, Token));
    }

    [Fact]
    public async Task A_refusal_ends_it_although_something_is_still_being_carried_out()
    {
        var running = new ServerInbox(taken, () => { }).RunAsync(said, Token);
        said.Add(new ServerMessage { Network = new NetworkState() });
        await taken.NextAsync();
        said.Add(new ServerMessage { Refused = new Refused { Reason = "newer", Permanent = true } });
        Assert.Equal("newer", (await Assert.ThrowsAsync<InvalidOperationException>(() => running.WaitAsync(Patience, Token))).Message);
    }

    private sealed class Said : IAsyncStreamReader<ServerMessage>
    {
        private readonly Channel<ServerMessage> messages = Channel.CreateUnbounded<ServerMessage>();

        public ServerMessage Current { get; private set; } = new();

        public void Add(ServerMessage message) => messages.Writer.TryWrite(message);

        public void End() => messages.Writer.TryComplete();

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            if (!await messages.Reader.WaitToReadAsync(cancellationToken))
            {
                return false;
            }

            Current = await messages.Reader.ReadAsync(cancellationToken);
            return true;
        }
    }

    private sealed class Taken : IServerMessages
    {
        private readonly Channel<string> done = Channel.CreateUnbounded<string>();

        /// <summary>Ends the writing of the network.</summary>
        public TaskCompletionSource Network { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task<string> NextAsync() => await done.Reader.ReadAsync(Token).AsTask().WaitAsync(Patience, Token);

        public Task TakeAsync(Assignment assignment, CancellationToken cancellationToken) => Did("assignment");

        public Task TakeAsync(PodUpdate update, CancellationToken cancellationToken) => Did("pod");

        public Task TakeAsync(NetworkState state, CancellationToken cancellationToken)
        {
            done.Writer.TryWrite("network begins");
            return Network.Task.WaitAsync(cancellationToken);
        }

        public void Take(OpenStream stream) => Did("stream");

        public Task<Hello> HelloAsync(CancellationToken cancellationToken) => Task.FromResult(new Hello());

        private Task Did(string what)
        {
            done.Writer.TryWrite(what);
            return Task.CompletedTask;
        }
    }
}
