using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Libraries;

/// <summary>What an expression asks the authorizer.</summary>
/// <param name="Verb">The verb of the API, or of HTTP where a path is asked for.</param>
/// <param name="ServiceAccount">The service account that is asked for as (namespace, name), or null for the user of the request.</param>
/// <param name="Path">The path of a request that is for no resource, or null.</param>
public sealed record CelAuthorizationCheck(string Verb, (string Namespace, string Name)? ServiceAccount, string? Path)
{
    public string Group { get; init; } = string.Empty;

    public string Resource { get; init; } = string.Empty;

    public string Subresource { get; init; } = string.Empty;

    public string Namespace { get; init; } = string.Empty;

    public string Name { get; init; } = string.Empty;

    /// <summary>The field selector as written; empty when there is none. One that cannot be parsed constrains nothing.</summary>
    public string FieldSelector { get; init; } = string.Empty;

    /// <summary>The label selector as written; empty when there is none. One that cannot be parsed constrains nothing.</summary>
    public string LabelSelector { get; init; } = string.Empty;
}

/// <summary>What the authorizer answers.</summary>
/// <param name="Allowed">Whether the decision is to allow; to have no opinion is not to allow.</param>
/// <param name="Reason">Why.</param>
/// <param name="Error">Why there is no decision, or null.</param>
public sealed record CelAuthorizationDecision(bool Allowed, string Reason, string? Error = null);

/// <summary>Decides for expressions; the host implements it with what authorizes requests.</summary>
public interface ICelAuthorizer
{
    CelAuthorizationDecision Authorize(CelAuthorizationCheck check);
}

/// <summary>Makes the variables of expressions that may ask the authorizer.</summary>
public static class CelAuthorization
{
    /// <summary>The type of the variable <c>authorizer</c>.</summary>
    public static CelType AuthorizerType { get; } = CelType.Opaque("kubernetes.authorization.Authorizer");

    /// <summary>The type of the variable <c>authorizer.requestResource</c>.</summary>
    public static CelType ResourceCheckType { get; } = CelType.Opaque("kubernetes.authorization.ResourceCheck");

    internal static CelType PathCheckType { get; } = CelType.Opaque("kubernetes.authorization.PathCheck");

    internal static CelType GroupCheckType { get; } = CelType.Opaque("kubernetes.authorization.GroupCheck");

    internal static CelType DecisionType { get; } = CelType.Opaque("kubernetes.authorization.Decision");

    /// <summary>The variable <c>authorizer</c>.</summary>
    public static CelValue Authorizer(ICelAuthorizer host) => new AuthorizationValue(AuthorizerType, host, new(string.Empty, null, null));

    /// <summary>The variable <c>authorizer.requestResource</c>: a check of the resource that the request is for.</summary>
    public static CelValue RequestResource(ICelAuthorizer host, string group, string resource, string subresource, string @namespace, string name) =>
        new AuthorizationValue(ResourceCheckType, host, new(string.Empty, null, null)
        {
            Group = group,
            Resource = resource,
            Subresource = subresource,
            Namespace = @namespace,
            Name = name,
        });
}

/// <summary>A check under construction.</summary>
internal sealed class AuthorizationValue(CelType type, ICelAuthorizer host, CelAuthorizationCheck check) : CelOpaque
{
    public override CelType Type { get; } = type;

    public CelAuthorizationCheck Check { get; } = check;

    public AuthorizationValue With(CelAuthorizationCheck changed) => new(Type, host, changed);

    public AuthorizationValue With(CelType become, CelAuthorizationCheck changed) => new(become, host, changed);

    public DecisionValue Ask(string verb) => new(host.Authorize(Check with { Verb = verb }));

    public override bool EqualTo(CelValue other) => other is AuthorizationValue value && value.Type.Equals(Type) && value.Check == Check;

    internal override int Hash() => Check.GetHashCode();
}

/// <summary>The answer to a check.</summary>
internal sealed class DecisionValue(CelAuthorizationDecision decision) : CelOpaque
{
    public override CelType Type => CelAuthorization.DecisionType;

    public CelAuthorizationDecision Decision { get; } = decision;

    public override bool EqualTo(CelValue other) => other is DecisionValue value && value.Decision == Decision;

    internal override int Hash() => Decision.GetHashCode();
}
