namespace Orchestrator.Api.Identity;

/// <summary>Names one API object, whatever version it is read in: group, plural resource, namespace and name.</summary>
/// <remarks>The text form <c>group/resource/namespace/name</c> (empty parts stay empty) is the key of the object's grain and of its row in the store.</remarks>
/// <param name="Group">The API group; empty for the core group.</param>
/// <param name="Resource">The plural resource name, as in <c>pods</c>.</param>
/// <param name="Namespace">The namespace; empty for cluster-scoped objects.</param>
/// <param name="Name">The object's name.</param>
public readonly record struct ObjectKey(string Group, string Resource, string Namespace, string Name)
{
    /// <summary>The group and resource.</summary>
    public GroupResource GroupResource => new(Group, Resource);

    /// <summary>The text form.</summary>
    public override string ToString() => string.Concat(Group, "/", Resource, "/") + string.Concat(Namespace, "/", Name);

    /// <summary>Reads the text form.</summary>
    /// <exception cref="FormatException">The text does not have four parts.</exception>
    public static ObjectKey Parse(string text)
    {
        var parts = text.Split('/', 4);
        return parts.Length == 4
            ? new ObjectKey(parts[0], parts[1], parts[2], parts[3])
            : throw new FormatException($"'{text}' is not an object key of the form group/resource/namespace/name");
    }
}

/// <summary>An API group and a plural resource, independent of version.</summary>
/// <param name="Group">The API group; empty for the core group.</param>
/// <param name="Resource">The plural resource name.</param>
public readonly record struct GroupResource(string Group, string Resource)
{
    /// <summary>Upstream's form: <c>deployments.apps</c>, or <c>pods</c> in the core group.</summary>
    public override string ToString() => Group.Length == 0 ? Resource : Resource + "." + Group;
}

/// <summary>A namespace and a name within a resource that is known from the context.</summary>
/// <param name="Namespace">The namespace; empty for cluster-scoped objects.</param>
/// <param name="Name">The name.</param>
public readonly record struct NamespacedName(string Namespace, string Name)
{
    /// <summary><c>namespace/name</c>, or the name alone.</summary>
    public override string ToString() => Namespace.Length == 0 ? Name : Namespace + "/" + Name;
}

/// <summary>A group, version and kind, as a manifest names them.</summary>
/// <param name="Group">The API group; empty for the core group.</param>
/// <param name="Version">The version, as in <c>v1</c>.</param>
/// <param name="Kind">The kind, as in <c>Pod</c>.</param>
public readonly record struct GroupVersionKind(string Group, string Version, string Kind)
{
    /// <summary>The manifest's apiVersion.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : Group + "/" + Version;
}
