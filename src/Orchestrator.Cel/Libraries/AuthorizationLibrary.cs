using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Libraries;

/// <summary>Authorization checks.</summary>
/// <remarks>Upstream: pkg/cel/library/authz.go of the apiserver.</remarks>
internal static class AuthorizationLibrary
{
    public static void Declare(CelLibraryBuilder builder)
    {
        var functions = builder.Functions;
        var (authorizer, path, group) = (CelAuthorization.AuthorizerType, CelAuthorization.PathCheckType, CelAuthorization.GroupCheckType);
        var (resource, decision) = (CelAuthorization.ResourceCheckType, CelAuthorization.DecisionType);
        foreach (var type in new[] { authorizer, path, group, resource, decision }) builder.Type(type);
        functions.Member("path", "authorizer_path", [authorizer, CelType.String], path, static arguments => IsBlank(arguments[1])
            ? new CelError("path must not be empty")
            : Of(arguments[0]).With(CelAuthorization.PathCheckType, Of(arguments[0]).Check with { Path = Text(arguments[1]) }));
        functions.Member("group", "authorizer_group", [authorizer, CelType.String], group, static arguments =>
            Of(arguments[0]).With(CelAuthorization.GroupCheckType, Of(arguments[0]).Check with { Group = Text(arguments[1]) }));
        functions.Member("serviceAccount", "authorizer_serviceaccount", [authorizer, CelType.String, CelType.String], authorizer, static arguments => ServiceAccount(Of(arguments[0]), Text(arguments[1]), Text(arguments[2])));
        functions.Member("resource", "groupcheck_resource", [group, CelType.String], resource, static arguments => IsBlank(arguments[1])
            ? new CelError("resource must not be empty")
            : Of(arguments[0]).With(CelAuthorization.ResourceCheckType, Of(arguments[0]).Check with { Resource = Text(arguments[1]) }));
        Narrow(builder, "subresource", "resourcecheck_subresource", static (check, text) => check with { Subresource = text });
        Narrow(builder, "namespace", "resourcecheck_namespace", static (check, text) => check with { Namespace = text });
        Narrow(builder, "name", "resourcecheck_name", static (check, text) => check with { Name = text });
        Narrow(builder, "fieldSelector", "authorizer_fieldselector", static (check, text) => check with { FieldSelector = text });
        Narrow(builder, "labelSelector", "authorizer_labelselector", static (check, text) => check with { LabelSelector = text });
        functions.Member("check", "pathcheck_check", [path, CelType.String], decision, static arguments => Of(arguments[0]).Ask(Text(arguments[1])));
        functions.Member("check", "resourcecheck_check", [resource, CelType.String], decision, static arguments => Of(arguments[0]).Ask(Text(arguments[1])));
        functions.Member("allowed", "decision_allowed", [decision], CelType.Bool, static arguments => CelBool.Of(Decision(arguments[0]).Allowed));
        functions.Member("reason", "decision_reason", [decision], CelType.String, static arguments => CelString.Of(Decision(arguments[0]).Reason));
        functions.Member("errored", "decision_errored", [decision], CelType.Bool, static arguments => CelBool.Of(Decision(arguments[0]).Error is not null));
        functions.Member("error", "decision_error", [decision], CelType.String, static arguments => CelString.Of(Decision(arguments[0]).Error ?? string.Empty));
    }

    private static void Narrow(CelLibraryBuilder builder, string name, string id, Func<CelAuthorizationCheck, string, CelAuthorizationCheck> narrow) =>
        builder.Functions.Member(name, id, [CelAuthorization.ResourceCheckType, CelType.String], CelAuthorization.ResourceCheckType, arguments =>
            Of(arguments[0]).With(narrow(Of(arguments[0]).Check, Text(arguments[1]))));

    private static CelValue ServiceAccount(AuthorizationValue authorizer, string @namespace, string name)
    {
        if (Errors("dns1123Subdomain", name)) return new CelError("Invalid service account name");
        if (Errors("dns1123Label", @namespace)) return new CelError("Invalid service account namespace");
        return authorizer.With(authorizer.Check with { ServiceAccount = (@namespace, name) });
    }

    private static bool Errors(string format, string text) => CelFormat.All.First(candidate => candidate.Name == format).Validate(text).Any();

    private static AuthorizationValue Of(CelValue value) => (AuthorizationValue)value;

    private static CelAuthorizationDecision Decision(CelValue value) => ((DecisionValue)value).Decision;

    private static string Text(CelValue value) => ((CelString)value).Value;

    private static bool IsBlank(CelValue value) => string.IsNullOrWhiteSpace(Text(value));
}
