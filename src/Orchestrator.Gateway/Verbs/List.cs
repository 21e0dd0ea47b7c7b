using Orchestrator.Gateway.Answers;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Gateway.Reads;
using Orchestrator.Gateway.Requests;

namespace Orchestrator.Gateway.Verbs;

/// <summary>GET of a collection, from the watch cache: selectors, pages, tables.</summary>
internal static class List
{
    /// <summary>Answers with a page.</summary>
    public static async Task AnswerAsync(GatewayServices gateway, ApiRequest request)
    {
        var (list, fault) = ListRequest.Read(request);
        var (selection, selectorFault) = Selection.Read(request);
        if ((fault ?? selectorFault) is { } wrong)
        {
            await AnswerWriter.FailAsync(request.Http, wrong);
            return;
        }

        var (page, pageFault) = await ListPage.ReadAsync(gateway, request, selection!, list!);
        await (page is null ? AnswerWriter.FailAsync(request.Http, pageFault!)
            : request.Form.Shape == MediaShape.Table ? TableWriter.WriteAsync(request, page, request.ReceivedAt)
            : ListWriter.WriteAsync(request, page));
    }
}
