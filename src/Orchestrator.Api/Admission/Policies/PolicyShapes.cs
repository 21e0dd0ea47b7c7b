using Orchestrator.Cel;
using Orchestrator.Cel.Schemas;

namespace Orchestrator.Api.Admission.Policies;

/// <summary>The shapes of what expressions see of a request and of its namespace: a field that is none of theirs is refused when a policy is written.</summary>
/// <remarks>Upstream: BuildRequestType and BuildNamespaceType of apiserver/pkg/admission/plugin/cel/compile.go.</remarks>
internal static class PolicyShapes
{
    private static readonly CelDeclType Text = CelDeclType.Simple(CelType.String, 2, int.MaxValue);
    private static readonly CelDeclType Number = CelDeclType.Simple(CelType.Int, 1, 0);
    private static readonly CelDeclType Time = CelDeclType.Simple(CelType.Timestamp, 2, 0);
    private static readonly CelDeclType Texts = CelDeclType.List(Text, int.MaxValue);
    private static readonly CelDeclType TextMap = CelDeclType.Map(Text, Text, int.MaxValue);

    /// <summary>The request; its objects are variables of their own.</summary>
    public static CelDeclType Request { get; } = Object("kubernetes.AdmissionRequest",
        ("kind", Words("kubernetes.GroupVersionKind", "group", "version", "kind")),
        ("resource", Words("kubernetes.GroupVersionResource", "group", "version", "resource")),
        ("subResource", Text),
        ("requestKind", Words("kubernetes.GroupVersionKind", "group", "version", "kind")),
        ("requestResource", Words("kubernetes.GroupVersionResource", "group", "version", "resource")),
        ("requestSubResource", Text),
        ("name", Text),
        ("namespace", Text),
        ("operation", Text),
        ("userInfo", Object("kubernetes.UserInfo",
            ("username", Text), ("uid", Text), ("groups", Texts), ("extra", CelDeclType.Map(Text, Texts, int.MaxValue)))),
        ("dryRun", CelDeclType.Simple(CelType.Bool, 4, 0)),
        ("options", CelDeclType.Dyn));

    /// <summary>The namespace. Upstream spells the field <c>UID</c>, under which nothing is ever found.</summary>
    public static CelDeclType Namespace { get; } = Object("kubernetes.Namespace",
        ("metadata", Object("kubernetes.NamespaceMetadata",
            ("name", Text), ("generateName", Text), ("namespace", Text), ("labels", TextMap), ("annotations", TextMap), ("UID", Text), ("creationTimestamp", Time),
            ("deletionGracePeriodSeconds", Number), ("deletionTimestamp", Time), ("generation", Number), ("resourceVersion", Text), ("finalizers", Texts))),
        ("spec", Object("kubernetes.NamespaceSpec", ("finalizers", Texts))),
        ("status", Object("kubernetes.NamespaceStatus",
            ("conditions", CelDeclType.List(
                Object("kubernetes.NamespaceCondition", ("status", Text), ("type", Text), ("lastTransitionTime", Time), ("message", Text), ("reason", Text)), int.MaxValue)),
            ("phase", Text))));

    private static CelDeclType Words(string name, params string[] fields) => Object(name, [.. fields.Select(field => (field, Text))]);

    private static CelDeclType Object(string name, params (string Name, CelDeclType Type)[] fields) => CelDeclType.Object(
        fields.ToDictionary(field => FieldNames.Escape(field.Name) ?? field.Name, field => field.Type, StringComparer.Ordinal), 2).Named(name);
}
