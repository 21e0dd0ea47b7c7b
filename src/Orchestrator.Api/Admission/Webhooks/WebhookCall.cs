using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Orchestrator.Api.Admission.Webhooks;

/// <summary>A question that a decision has for a webhook. The decision is repeated when the answer is there.</summary>
/// <remarks>Two calls with the same hook and request are the same question: an answer serves both.</remarks>
/// <param name="Hook">The webhook's identity: its configuration and name.</param>
/// <param name="Target">Where it is.</param>
/// <param name="Request">The request of the AdmissionReview as JSON, without its uid.</param>
public sealed record WebhookCall(string Hook, WebhookTarget Target, string Request)
{
    /// <summary>The version of the AdmissionReview: the first that the webhook names and the server knows. The two differ only in how answers are checked.</summary>
    public string Version { get; init; } = "v1";

    /// <summary>The AdmissionReview to send.</summary>
    /// <param name="uid">The identity of this call, which the answer must repeat.</param>
    public byte[] Review(string uid) => Encoding.UTF8.GetBytes(
        "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/" + Version + "\",\"request\":{\"uid\":\"" + uid + "\"," + Request.AsSpan(1).ToString() + "}");
}

/// <summary>Where a webhook is and how long it may take.</summary>
public sealed record WebhookTarget
{
    /// <summary>The address as messages have it, with the timeout that the webhook is told.</summary>
    public required string Text { get; init; }

    /// <summary>The address; null when the text is none.</summary>
    public Uri? Address => Uri.TryCreate(Text, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps ? address : null;

    /// <summary>The Service that the address names; null when it is an address outside the cluster.</summary>
    public WebhookService? Service { get; init; }

    /// <summary>The authorities that may have signed the server's certificate, in PEM; empty: those of the machine.</summary>
    public string CaBundle { get; init; } = "";

    /// <summary>How long a call may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Reads a clientConfig.</summary>
    /// <param name="client">The clientConfig of a webhook.</param>
    /// <param name="timeoutSeconds">How long a call may take.</param>
    public static WebhookTarget Of(JsonObject? client, long timeoutSeconds)
    {
        var service = client?["service"] as JsonObject;
        var port = (int)(Kinds.JsonReading.Integer(service, "port") ?? 443);
        var (name, ns) = (Kinds.JsonReading.Text(service, "name"), Kinds.JsonReading.Text(service, "namespace"));
        var path = Kinds.JsonReading.Text(service, "path");
        var text = service is null
            ? Kinds.JsonReading.Text(client, "url")
            : string.Create(CultureInfo.InvariantCulture, $"https://{name}.{ns}.svc:{port}/{path.TrimStart('/')}");
        return new WebhookTarget
        {
            Text = string.Create(CultureInfo.InvariantCulture, $"{text}{(text.Contains('?', StringComparison.Ordinal) ? '&' : '?')}timeout={timeoutSeconds}s"),
            Service = service is null ? null : new WebhookService(ns, name, port),
            CaBundle = Decoded(Kinds.JsonReading.Text(client, "caBundle")),
            Timeout = TimeSpan.FromSeconds(timeoutSeconds),
        };
    }

    private static string Decoded(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : "";
    }
}

/// <summary>A port of a Service.</summary>
/// <param name="Namespace">The Service's namespace.</param>
/// <param name="Name">The Service's name.</param>
/// <param name="Port">The number of the port.</param>
public sealed record WebhookService(string Namespace, string Name, int Port);

/// <summary>What came of a call.</summary>
/// <param name="Uid">The uid that was sent.</param>
/// <param name="Body">What the webhook answered.</param>
/// <param name="Fault">Why there is no answer, in upstream's words; null when there is one.</param>
public sealed record WebhookReply(string Uid, ReadOnlyMemory<byte> Body, string? Fault);

/// <summary>The answers that a decision has so far.</summary>
public sealed class WebhookAnswers
{
    private readonly Dictionary<(string Hook, string Request), WebhookReply> replies;

    private WebhookAnswers(Dictionary<(string, string), WebhookReply> replies) => this.replies = replies;

    /// <summary>No answers yet.</summary>
    public static WebhookAnswers None { get; } = new([]);

    /// <summary>The answer to a call, or null.</summary>
    public WebhookReply? Find(WebhookCall call) => replies.GetValueOrDefault((call.Hook, call.Request));

    /// <summary>These answers and more.</summary>
    public WebhookAnswers With(IEnumerable<(WebhookCall Call, WebhookReply Reply)> more)
    {
        var all = new Dictionary<(string, string), WebhookReply>(replies);
        foreach (var (call, reply) in more)
        {
            all[(call.Hook, call.Request)] = reply;
        }

        return new WebhookAnswers(all);
    }
}
