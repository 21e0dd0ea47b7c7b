using Orchestrator.Api.Identity;

namespace Orchestrator.Grains.Objects;

/// <summary>Finds the grain of an object.</summary>
public static class ObjectGrains
{
    /// <summary>
    /// What Orleans calls the grain and its interface, from the first reference that was made. It is the same in every process, and Orleans looks it up
    /// anew, through the attributes of the interface, whenever it is asked for a grain by the interface's type: a twentieth of what a write costs the server.
    /// </summary>
    private static Names? known;

    /// <summary>The grain of an object, which need not exist.</summary>
    public static IObjectGrain GetObject(this IGrainFactory grains, ObjectKey key)
    {
        var name = key.ToString();
        if (Volatile.Read(ref known) is { } names)
        {
            return (IObjectGrain)grains.GetGrain(GrainId.Create(names.Grain, IdSpan.Create(name)), names.Interface);
        }

        var grain = grains.GetGrain<IObjectGrain>(name);
        if (grain is GrainReference reference)
        {
            Volatile.Write(ref known, new Names(reference.GrainId.Type, reference.InterfaceType));
        }

        return grain;
    }

    private sealed record Names(GrainType Grain, GrainInterfaceType Interface);
}
