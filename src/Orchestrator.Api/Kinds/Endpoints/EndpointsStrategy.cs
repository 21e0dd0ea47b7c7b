using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;

namespace Orchestrator.Api.Kinds.Endpoints;

/// <summary>What Endpoints add to the common write path: ports speak TCP unless they say otherwise.</summary>
/// <remarks>Upstream: SetDefaults_Endpoints in pkg/apis/core/v1/defaults.go.</remarks>
internal sealed class EndpointsStrategy : KindStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("", "endpoints");

    /// <inheritdoc />
    public override void Default(JsonObject obj)
    {
        foreach (var port in obj.Items("subsets").SelectMany(subset => subset.Items("ports")))
        {
            port.DefaultText("protocol", "TCP");
        }
    }
}
