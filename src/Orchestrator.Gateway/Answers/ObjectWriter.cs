using Orchestrator.Api.Documents;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Reads;
using Orchestrator.Gateway.Requests;

namespace Orchestrator.Gateway.Answers;

/// <summary>Writes one object, or the view of it that its subresource is, in the form that the client asked for.</summary>
internal static class ObjectWriter
{
    /// <summary>Writes a stored document.</summary>
    public static Task WriteAsync(ApiRequest request, int code, ReadOnlyMemory<byte> stored)
    {
        var document = VersionView.Of(request.Kind, stored);
        if (request.Target.Subresource == "scale")
        {
            var version = DocumentSlices.Text(DocumentSlices.Member(stored, "metadata"u8), "resourceVersion"u8);
            _ = Revision.TryParse(version, out var revision);
            var view = DocumentEncoding.Decode(document);
            if (request.Kind.Custom?.Scale is { } paths && paths.SpecReplicas.Find(view, out _) is null)
            {
                return AnswerWriter.FailAsync(
                    request.Http, Statuses.InternalError($"the spec replicas field {GoText.Quote(paths.SpecReplicas.Text)} does not exist"));
            }

            document = AnswerWriter.Encode(ScaleDocuments.Read(view, revision, request.Kind.Custom?.Scale));
        }

        return request.Form.Shape switch
        {
            MediaShape.Table => TableWriter.WriteAsync(request, code, document, request.ReceivedAt),
            MediaShape.Partial => AnswerWriter.WriteAsync(request.Http, code, DocumentSlices.Partial(document), request.Form),
            _ => AnswerWriter.WriteAsync(request.Http, code, document, request.Form),
        };
    }
}
