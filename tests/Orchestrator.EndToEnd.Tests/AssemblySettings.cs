using Orchestrator.EndToEnd.Tests.Harness;

// One cluster for all; most of a test is waiting, so a few at a time do no harm even on two cores.
[assembly: AssemblyFixture(typeof(ClusterFixture))]
[assembly: AssemblyFixture(typeof(ControlPlane))]
[assembly: Xunit.v3.Parallelization(MaxThreads = 3)]

namespace Orchestrator.EndToEnd.Tests;

/// <summary>Tests that take parts of the cluster down: they run after all others, one by one.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
