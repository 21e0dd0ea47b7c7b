using System.Text.Json.Nodes;
using Orchestrator.TestKit.Webhooks;

namespace Orchestrator.EndToEnd.Tests.Conversion;

/// <summary>A conversion webhook on loopback.</summary>
/// <remarks>It answers as it should, except where <see cref="Spoil"/> has it answer otherwise.</remarks>
public sealed class ConversionServer : IDisposable
{
    private readonly LoopbackServer server;

    public ConversionServer() => server = new LoopbackServer(AnswerAsync);

    /// <summary>The authority, as a definition names it.</summary>
    public string CaBundle => server.CaBundle;

    public string Url => $"https://127.0.0.1:{server.Port}/convert";

    /// <summary>Gets a review with the right answer, and gives what is sent instead; null: the server never answers.</summary>
    public Func<JsonObject, (int Code, string Body)?>? Spoil { get; set; }

    /// <summary>How many objects each request brought, and the version that was wanted.</summary>
    public List<(int Objects, string Wanted)> Requests { get; } = [];

    public void Dispose() => server.Dispose();

    private async Task<(int Code, string Body)> AnswerAsync(byte[] body, CancellationToken stopping)
    {
        var review = JsonNode.Parse(body)!.AsObject();
        lock (Requests)
        {
            Requests.Add((review["request"]!["objects"]!.AsArray().Count, (string)review["request"]!["desiredAPIVersion"]!));
        }

        Answer(review);
        return Spoil is { } spoil ? spoil(review) ?? await NeverAsync(stopping) : (200, review.ToJsonString());
    }

    private static async Task<(int Code, string Body)> NeverAsync(CancellationToken stopping)
    {
        await Task.Delay(Timeout.Infinite, stopping);
        return default;
    }

    private static void Answer(JsonObject review)
    {
        var request = review["request"]!.AsObject();
        var wanted = (string)request["desiredAPIVersion"]!;
        var converted = new JsonArray([.. request["objects"]!.AsArray().Select(obj => Gadgets.Convert(obj!.DeepClone().AsObject(), wanted))]);
        review.Remove("request");
        review["response"] = new JsonObject
        {
            ["uid"] = request["uid"]!.DeepClone(),
            ["result"] = new JsonObject { ["status"] = "Success" },
            ["convertedObjects"] = converted,
        };
    }
}
