using System.Collections.Concurrent;
using System.Threading.Channels;
using Google.Protobuf;
using Orchestrator.AgentProtocol;

namespace Orchestrator.Agent.Connection;

/// <summary>What the control plane said last, on disk: an agent that starts while it is away goes on from there. Readable by its owner alone, for it holds Secrets.</summary>
internal sealed class Checkpoint(string directory)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerOnlyDirectory = OwnerOnly | UnixFileMode.UserExecute;
    private const string NodeFile = "node";
    private const string NetworkFile = "network";
    private const string PodEnding = ".pod";

    /// <summary>What is to be written, by file; null: to be deleted. A later version takes an earlier one's place.</summary>
    private readonly ConcurrentDictionary<string, IMessage?> _due = new(StringComparer.Ordinal);
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>What was stored; null when there is nothing, or a crash left something that cannot be read.</summary>
    public (Assignment Node, IReadOnlyList<PodUpdate> Pods)? Load()
    {
        var node = Path.Combine(directory, NodeFile);
        if (!File.Exists(node))
        {
            return null;
        }

        var pods = new List<PodUpdate>();
        foreach (var file in Directory.GetFiles(directory, "*" + PodEnding))
        {
            try
            {
                pods.Add(PodUpdate.Parser.ParseFrom(File.ReadAllBytes(file)));
            }
            catch (InvalidProtocolBufferException)
            {
                // Written whole or not at all, so this is a broken disk; the control plane will send the pod again.
            }
        }

        return (Assignment.Parser.ParseFrom(File.ReadAllBytes(node)), pods);
    }

    /// <summary>What was last known of Services; null when nothing was stored.</summary>
    public NetworkState? LoadNetwork()
    {
        var path = Path.Combine(directory, NetworkFile);
        try
        {
            return File.Exists(path) ? NetworkState.Parser.ParseFrom(File.ReadAllBytes(path)) : null;
        }
        catch (InvalidProtocolBufferException)
        {
            // As for pods: the control plane will send it again.
            return null;
        }
    }

    /// <summary>Takes down what is known of Services.</summary>
    public void Save(NetworkState state) => Put(NetworkFile, state);

    /// <summary>Takes a whole assignment down.</summary>
    public void Save(Assignment assignment)
    {
        var node = assignment.Clone();
        node.Pods.Clear();
        Put(NodeFile, node);
        var names = assignment.Pods.Select(pod => pod.Uid + PodEnding).ToHashSet(StringComparer.Ordinal);
        foreach (var stale in Stored().Concat(_due.Keys).Where(name => name.EndsWith(PodEnding, StringComparison.Ordinal) && !names.Contains(name)).ToList())
        {
            Put(stale, null);
        }

        foreach (var pod in assignment.Pods)
        {
            Save(pod);
        }
    }

    /// <summary>Takes one pod down, or forgets it when it was removed.</summary>
    public void Save(PodUpdate update) => Put(update.Uid + PodEnding, update.Removed ? null : update);

    /// <summary>Writes until cancelled, and then what is left.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory, OwnerOnlyDirectory);
        try
        {
            while (true)
            {
                await _news.Reader.ReadAsync(cancellationToken);
                Write();
            }
        }
        finally
        {
            Write();
        }
    }

    private IEnumerable<string> Stored() => Directory.Exists(directory) ? Directory.GetFiles(directory).Select(path => Path.GetFileName(path)!) : [];

    private void Put(string name, IMessage? content)
    {
        _due[name] = content;
        _news.Writer.TryWrite(true);
    }

    private void Write()
    {
        foreach (var name in _due.Keys.ToList())
        {
            if (!_due.TryRemove(name, out var content))
            {
                continue;
            }

            var path = Path.Combine(directory, name);
            if (content is null)
            {
                File.Delete(path);
                continue;
            }

            using (var file = new FileStream(path + ".partial", new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
            {
                content.WriteTo(file);
            }

            File.Move(path + ".partial", path, overwrite: true);
        }
    }
}
