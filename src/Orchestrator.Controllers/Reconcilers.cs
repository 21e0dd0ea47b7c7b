using Orchestrator.Api.Registry;
using Orchestrator.Controllers.AdmissionPolicies;
using Orchestrator.Controllers.Certificates;
using Orchestrator.Controllers.CustomResourceDefinitions;
using Orchestrator.Controllers.Deployments;
using Orchestrator.Controllers.Endpoints;
using Orchestrator.Controllers.EndpointSlices;
using Orchestrator.Controllers.FlowControl;
using Orchestrator.Controllers.GarbageCollection;
using Orchestrator.Controllers.Namespaces;
using Orchestrator.Controllers.Nodes;
using Orchestrator.Controllers.Rbac;
using Orchestrator.Controllers.ReplicaSets;
using Orchestrator.Controllers.ResourceQuotas;
using Orchestrator.Controllers.ServiceAccounts;
using Orchestrator.Controllers.Services;
using Orchestrator.Controllers.Storage;

namespace Orchestrator.Controllers;

/// <summary>Every controller: the list that the shards are started from. A new controller is one line here.</summary>
public static class Reconcilers
{
    /// <summary>What upstream's API server does by itself: these run even where the controllers do not.</summary>
    public static IReadOnlyList<IReconciler> OfServer() => [new FlowSchemaStatus(), new DefinitionStatus(), new DefinitionFinalizer(), new MissingClaims()];

    /// <summary>The controllers.</summary>
    /// <param name="rootCertificates">The cluster's CA in PEM, published to every namespace as kube-root-ca.crt.</param>
    /// <param name="kinds">The kinds that are served now, custom ones included; null: the built-in ones.</param>
    /// <param name="signer">The cluster's keys; null: neither certificates nor tokens are signed.</param>
    public static IReadOnlyList<IReconciler> All(string rootCertificates, Func<KindRegistry>? kinds = null, IClusterSigner? signer = null)
    {
        kinds ??= () => KindRegistry.BuiltIn;
        return
        [
            new DeploymentReconciler(),
            new ReplicaSetReconciler(),
            new EndpointSliceReconciler(),
            new EndpointsReconciler(),
            new NamespaceReconciler(kinds),
            new DefaultServiceAccount(),
            new RootCertificates(rootCertificates),
            new GarbageCollector(kinds),
            new NodeLifecycle(),
            new PodGarbageCollector(),
            new ClaimProtection(),
            new VolumeProtection(),
            new ClusterRoleAggregation(),
            new ResourceQuotaReconciler(),
            new ValidatingPolicyStatus(kinds),
            .. signer is null ? Array.Empty<IReconciler>() : [new CertificateReconciler(signer), new SecretTokens(signer, rootCertificates)],
        ];
    }
}
