using Microsoft.Extensions.DependencyInjection;
using Orleans.Streams;

namespace Orchestrator.Host.Cluster;

/// <summary>Which part of a silo lives by which clock.</summary>
internal static class SiloClocks
{
    /// <summary>
    /// Where Orleans compares times of day although it means time that has passed. With a clock that is set back it refuses to activate grains, with an ArgumentException,
    /// until the clock is where it was; with one that is minutes ahead it takes every silo that joins for one that got stuck, and declares it dead.
    /// </summary>
    private static readonly string[] Steady =
    [
        TimeProviderNames.ActivationManagement,
        TimeProviderNames.Membership,
        TimeProviderNames.GrainDirectory,
        StreamingTimeProviderNames.Streaming,
    ];

    /// <summary>Adds the machine's clock for everybody, and a steady one for those parts of Orleans that cannot stand a jump.</summary>
    public static void Add(IServiceCollection services, TimeProvider machine)
    {
        services.AddSingleton(machine);
        var steady = new SteadyClock(machine);
        foreach (var part in Steady)
        {
            services.AddKeyedSingleton<TimeProvider>(part, steady);
        }
    }
}
