using System.Text.RegularExpressions;
using k8s.Models;

namespace Orchestrator.Agent.Images;

/// <summary>What is done about a container's image.</summary>
internal enum ImageAction
{
    /// <summary>It is here: use it.</summary>
    Use,

    /// <summary>Pull it.</summary>
    Pull,

    /// <summary>It is not here and must not be pulled.</summary>
    Refuse,
}

/// <summary>Names of images, and the policy that goes with them. Pure.</summary>
internal static partial class ImageNames
{
    /// <summary>The registry of names that name none.</summary>
    public const string DefaultRegistry = "docker.io";

    /// <summary>What to do, by the container's policy.</summary>
    public static ImageAction ActionFor(V1Container container, bool isPresent) => PolicyOf(container) switch
    {
        "Never" => isPresent ? ImageAction.Use : ImageAction.Refuse,
        "IfNotPresent" => isPresent ? ImageAction.Use : ImageAction.Pull,
        _ => ImageAction.Pull,
    };

    /// <summary>Whether a name can be an image's at all.</summary>
    public static bool IsValid(string image) => Reference().IsMatch(image);

    /// <summary>The registry's host, and the path in it: for finding credentials.</summary>
    public static (string Registry, string Path) Split(string image)
    {
        var slash = image.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : image[..slash];
        var hasRegistry = first.Contains('.', StringComparison.Ordinal) || first.Contains(':', StringComparison.Ordinal) || first == "localhost";
        var path = hasRegistry ? image[(slash + 1)..] : slash < 0 ? "library/" + image : image;
        return (hasRegistry ? first : DefaultRegistry, path.Split('@')[0].Split(':')[0]);
    }

    private static string PolicyOf(V1Container container)
    {
        if (container.ImagePullPolicy is { Length: > 0 } policy)
        {
            return policy;
        }

        var name = container.Image[(container.Image.LastIndexOf('/') + 1)..];
        var isLatest = !name.Contains('@', StringComparison.Ordinal) && (!name.Contains(':', StringComparison.Ordinal) || name.EndsWith(":latest", StringComparison.Ordinal));
        return isLatest ? "Always" : "IfNotPresent";
    }

    /// <summary>The grammar of distribution/reference: an optional registry, lower-case path parts, a tag, a digest.</summary>
    [GeneratedRegex(@"^(?:(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[a-fA-F0-9:]+\])(?::[0-9]+)?/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::[\w][\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$")]
    private static partial Regex Reference();
}
