using Orchestrator.Controllers.Deployments;
using Orchestrator.Controllers.Endpoints;
using Orchestrator.Controllers.EndpointSlices;
using Orchestrator.Controllers.ReplicaSets;

namespace Orchestrator.Controllers;

/// <summary>Every controller: the list that the shards are started from. A new controller is one line here.</summary>
public static class Reconcilers
{
    /// <summary>The controllers.</summary>
    /// <param name="rootCertificates">The cluster's CA in PEM, published to every namespace as kube-root-ca.crt.</param>
    public static IReadOnlyList<IReconciler> All(string rootCertificates) =>
    [
        new DeploymentReconciler(),
        new ReplicaSetReconciler(),
        new EndpointSliceReconciler(),
        new EndpointsReconciler(),
    ];
}
