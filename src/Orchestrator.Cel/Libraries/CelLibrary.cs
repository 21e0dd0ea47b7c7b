namespace Orchestrator.Cel.Libraries;

/// <summary>A named set of functions, macros and types that an environment can have.</summary>
public sealed class CelLibrary
{
    private readonly Action<CelLibraryBuilder> _declare;

    private CelLibrary(string name, Action<CelLibraryBuilder> declare)
    {
        Name = name;
        _declare = declare;
    }

    /// <summary>The language itself.</summary>
    public static CelLibrary Standard { get; } = new("cel.std", StandardLibrary.Declare);

    /// <summary>Optional values: <c>optional.of</c>, <c>a.?b</c>, <c>a[?b]</c>, <c>orValue</c>.</summary>
    public static CelLibrary Optionals { get; } = new("cel.lib.optional", OptionalLibrary.Declare);

    /// <summary>Functions of texts at version 2, which Kubernetes enables.</summary>
    public static CelLibrary Strings { get; } = new("cel.lib.ext.strings", StringsLibrary.Declare);

    /// <summary>What version 3 adds to texts: <c>reverse</c>. Kubernetes does not enable it.</summary>
    public static CelLibrary StringsReverse { get; } = new("cel.lib.ext.strings.3", StringsLibrary.DeclareReverse);

    /// <summary><c>math.greatest</c>, <c>math.least</c>, rounding and bits. Kubernetes does not enable it.</summary>
    public static CelLibrary Math { get; } = new("cel.lib.ext.math", MathLibrary.Declare);

    /// <summary><c>sets.contains</c>, <c>sets.equivalent</c>, <c>sets.intersects</c>.</summary>
    public static CelLibrary Sets { get; } = new("cel.lib.ext.sets", SetsLibrary.Declare);

    /// <summary><c>slice</c>, <c>flatten</c>, <c>sort</c>, <c>sortBy</c>, <c>distinct</c>, <c>reverse</c> and <c>lists.range</c>.</summary>
    public static CelLibrary Lists { get; } = new("cel.lib.ext.lists", ListsLibrary.Declare);

    /// <summary><c>base64.encode</c> and <c>base64.decode</c>. Kubernetes does not enable it.</summary>
    public static CelLibrary Encoders { get; } = new("cel.lib.ext.encoders", EncodersLibrary.Declare);

    /// <summary><c>cel.bind</c>. Kubernetes does not enable it.</summary>
    public static CelLibrary Bindings { get; } = new("cel.lib.ext.cel.bindings", static builder => builder.Macros.Add(Parsing.BindingMacros.Bind));

    /// <summary>Macros with two variables.</summary>
    public static CelLibrary TwoVariables { get; } = new("cel.lib.ext.comprev2", TwoVariablesLibrary.Declare);

    /// <summary><c>isSorted</c>, <c>sum</c>, <c>min</c>, <c>max</c>, <c>indexOf</c> and <c>lastIndexOf</c> of lists.</summary>
    public static CelLibrary KubernetesLists { get; } = new("kubernetes.lists", KubernetesListsLibrary.Declare);

    /// <summary><c>find</c> and <c>findAll</c>.</summary>
    public static CelLibrary Regex { get; } = new("kubernetes.regex", RegexLibrary.Declare);

    public static CelLibrary Urls { get; } = new("kubernetes.urls", UrlLibrary.Declare);

    public static CelLibrary Quantities { get; } = new("kubernetes.quantity", QuantityLibrary.Declare);

    /// <summary>IP addresses and networks.</summary>
    public static CelLibrary Networks { get; } = new("kubernetes.net", NetworkLibrary.Declare);

    /// <summary>Named formats, <c>format.dns1123Label().validate(text)</c>.</summary>
    public static CelLibrary Formats { get; } = new("format", FormatLibrary.Declare);

    public static CelLibrary Semver { get; } = new("kubernetes.Semver", SemverLibrary.Declare);

    /// <summary>Authorization checks, for expressions with a variable <c>authorizer</c>.</summary>
    public static CelLibrary Authorization { get; } = new("kubernetes.authz", AuthorizationLibrary.Declare);

    /// <summary><c>jsonpatch.escapeKey</c>, for mutating admission policies.</summary>
    public static CelLibrary JsonPatch { get; } = new("kubernetes.jsonpatch", JsonPatchLibrary.Declare);

    /// <summary>What Kubernetes 1.36 enables for every expression.</summary>
    public static IReadOnlyList<CelLibrary> Kubernetes { get; } =
    [
        Standard, Optionals, Strings, Sets, Lists, TwoVariables, KubernetesLists, Regex, Urls, Quantities, Networks, Formats, Semver, Authorization,
    ];

    /// <summary>The name that upstream registers the library by.</summary>
    public string Name { get; }

    internal void Declare(CelLibraryBuilder builder) => _declare(builder);
}
