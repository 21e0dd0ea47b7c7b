using System.Globalization;
using System.Text;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Admission.Webhooks;

/// <summary>The words in which upstream's client says that a webhook's server refused.</summary>
/// <remarks>Upstream: client-go/rest/request.go and apimachinery's NewGenericServerResponse.</remarks>
public static class WebhookRefusal
{
    /// <summary>Bytes of a refusal's body that are shown.</summary>
    private const int Shown = 1024;

    /// <summary>What upstream's client makes of an answer that is not a success.</summary>
    /// <param name="code">The HTTP status code.</param>
    /// <param name="body">The body.</param>
    public static string Text(int code, ReadOnlySpan<byte> body)
    {
        var text = Encoding.UTF8.GetString(body[..Math.Min(body.Length, Shown)]).Trim();
        return code switch
        {
            404 => "the server could not find the requested resource",
            401 => "the server has asked for the client to provide credentials",
            403 => "unknown",
            429 => "the server has received too many requests and has asked us to try again later",
            503 => "the server is currently unable to handle the request",
            >= 500 => $"an error on the server ({GoText.Quote(text.Length == 0 ? "unknown" : text)}) has prevented the request from succeeding",
            _ => string.Create(CultureInfo.InvariantCulture, $"the server responded with the status code {code} but did not return more information"),
        };
    }
}
