using System.Text;
using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Answers;
using Orchestrator.Gateway.Hosting;

namespace Orchestrator.Gateway.Health;

/// <summary>Answers /healthz, /livez and /readyz, as a whole and check by check.</summary>
/// <remarks>Upstream: apiserver/pkg/server/healthz.</remarks>
internal static class HealthPaths
{
    /// <summary>Answers the path; false when it is not about health.</summary>
    public static async Task<bool> TryAnswerAsync(GatewayServices gateway, HttpContext http, string path)
    {
        if (path.Split('/', StringSplitOptions.RemoveEmptyEntries) is not [var root, .. var rest] || rest.Length > 1 || HealthCheck.Of(root) is not { } checks)
        {
            return false;
        }

        if (rest.Length == 0)
        {
            await AnswerAllAsync(gateway, http, root, checks);
            return true;
        }

        if (checks.FirstOrDefault(check => check.Name == rest[0]) is not { } one)
        {
            return false;
        }

        var fault = await one.FaultAsync(gateway, http);
        await (fault is null ? AnswerWriter.WriteTextAsync(http, 200, "ok") : AnswerWriter.WriteTextAsync(http, 500, $"internal server error: {fault}\n"));
        return true;
    }

    private static async Task AnswerAllAsync(GatewayServices gateway, HttpContext http, string root, IReadOnlyList<HealthCheck> checks)
    {
        var excluded = http.Request.Query["exclude"].OfType<string>().ToHashSet(StringComparer.Ordinal);
        var text = new StringBuilder();
        var isHealthy = true;
        foreach (var check in checks)
        {
            if (excluded.Remove(check.Name))
            {
                text.Append("[+]").Append(check.Name).Append(" excluded: ok\n");
                continue;
            }

            // What exactly is wrong is for those who may read the check of its own: this path is open to everybody.
            var isGood = await check.FaultAsync(gateway, http) is null;
            text.Append(isGood ? "[+]" : "[-]").Append(check.Name).Append(isGood ? " ok\n" : " failed: reason withheld\n");
            isHealthy &= isGood;
        }

        if (excluded.Count > 0)
        {
            var names = excluded.Order(StringComparer.Ordinal).Select(GoText.Quote);
            text.Append("warn: some health checks cannot be excluded: no matches for ").AppendJoin(',', names).Append('\n');
        }

        text.Append(root).Append(isHealthy ? " check passed\n" : " check failed\n");
        var isVerbose = !isHealthy || http.Request.Query.ContainsKey("verbose");
        await AnswerWriter.WriteTextAsync(http, isHealthy ? 200 : 500, isVerbose ? text.ToString() : "ok");
    }
}
