using Orchestrator.Gateway.Answers;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Gateway.Reads;
using Orchestrator.Gateway.Requests;

namespace Orchestrator.Gateway.Verbs;

/// <summary>DELETE of all objects that selectors choose.</summary>
internal static class DeleteCollection
{
    /// <summary>How many objects are deleted at once: enough to fill a group commit, few enough to leave room for others.</summary>
    private const int Parallelism = 16;

    /// <summary>Answers with the list of what was there.</summary>
    public static async Task AnswerAsync(GatewayServices gateway, ApiRequest request)
    {
        var (parameters, fault) = await DeleteParameters.ReadAsync(gateway, request);
        var (list, listFault) = ListRequest.Read(request);
        var (selection, selectorFault) = Selection.Read(request);
        if ((fault ?? listFault ?? selectorFault) is { } wrong)
        {
            await AnswerWriter.FailAsync(request.Http, wrong);
            return;
        }

        var (page, pageFault) = await ListPage.ReadAsync(gateway, request, selection!, list!);
        if (page is null)
        {
            await AnswerWriter.FailAsync(request.Http, pageFault!);
            return;
        }

        if (await DeleteAllAsync(gateway, request, page, parameters!) is { } failure)
        {
            await GrainReply.FailAsync(request, failure);
            return;
        }

        await (request.Form.Shape == MediaShape.Table ? TableWriter.WriteAsync(request, page, request.ReceivedAt) : ListWriter.WriteAsync(request, page));
    }

    /// <summary>Deletes the page; the first failure that is not "already gone" is the answer, as upstream has it.</summary>
    private static async Task<byte[]?> DeleteAllAsync(GatewayServices gateway, ApiRequest request, ListPage page, DeleteParameters parameters)
    {
        byte[]? first = null;
        var call = WriteParameters.Call(request, parameters.DryRun);
        await Parallel.ForEachAsync(
            page.Objects,
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = request.Aborted },
            async (cached, cancellationToken) =>
            {
                var reply = await gateway.Grains.Object(cached.Stored.Key).DeleteAsync(parameters.Delete, call, cancellationToken);
                if (reply.Failure is { } failure && GrainReply.Reason(failure) is not ("NotFound" or "Conflict"))
                {
                    Interlocked.CompareExchange(ref first, failure, null);
                }
            });
        return first;
    }
}
