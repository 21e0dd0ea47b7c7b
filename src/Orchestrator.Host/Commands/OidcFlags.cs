using System.CommandLine;
using Orchestrator.Gateway.Authentication;
using Orchestrator.Host.Startup;

namespace Orchestrator.Host.Commands;

/// <summary>The flags for users of an OpenID Connect provider, by kube-apiserver's names.</summary>
internal sealed class OidcFlags
{
    private readonly Option<string?> issuerUrl = new("--oidc-issuer-url") { Description = "An OpenID Connect provider whose tokens are accepted", HelpName = "URL" };
    private readonly Option<string?> clientId = new("--oidc-client-id") { Description = "Whom its tokens must be meant for", HelpName = "ID" };
    private readonly Option<string?> authorityFile = new("--oidc-ca-file") { Description = "The authority of its certificate (the machine's own ones)", HelpName = "FILE" };
    private readonly Option<string> usernameClaim = new("--oidc-username-claim") { Description = "The claim that names the user (sub)", HelpName = "CLAIM", DefaultValueFactory = _ => "sub" };
    private readonly Option<string?> usernamePrefix = new("--oidc-username-prefix") { Description = "What is put before names; - for nothing (the URL and #, unless the claim is email)", HelpName = "TEXT" };
    private readonly Option<string> groupsClaim = new("--oidc-groups-claim") { Description = "The claim that holds the groups", HelpName = "CLAIM", DefaultValueFactory = _ => "" };
    private readonly Option<string> groupsPrefix = new("--oidc-groups-prefix") { Description = "What is put before groups", HelpName = "TEXT", DefaultValueFactory = _ => "" };
    private readonly Option<string[]> requiredClaims = new("--oidc-required-claim") { Description = "A claim that must have this value; may be given several times", HelpName = "KEY=VALUE" };
    private readonly Option<string[]> algorithms = new("--oidc-signing-algs") { Description = "How its tokens may be signed (RS256)", HelpName = "ALGS" };

    /// <summary>Adds the flags.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[issuerUrl, clientId, authorityFile, usernameClaim, usernamePrefix, groupsClaim, groupsPrefix, requiredClaims, algorithms])
        {
            command.Add(option);
        }
    }

    /// <summary>What was asked for; null without a provider.</summary>
    /// <exception cref="StartupException">The flags make no sense.</exception>
    public OidcOptions? Read(ParseResult given)
    {
        if (given.GetValue(issuerUrl) is not { } url)
        {
            return given.GetValue(clientId) is null ? null : throw new StartupException("--oidc-issuer-url is required with --oidc-client-id");
        }

        var options = new OidcOptions
        {
            IssuerUrl = url,
            ClientId = given.GetValue(clientId) ?? "",
            UsernameClaim = given.GetValue(usernameClaim)!,
            UsernamePrefix = given.GetValue(usernamePrefix),
            GroupsClaim = given.GetValue(groupsClaim)!,
            GroupsPrefix = given.GetValue(groupsPrefix)!,
            RequiredClaims = Claims(given.GetValue(requiredClaims) ?? []),
            SigningAlgorithms = given.GetValue(algorithms) is { Length: > 0 } named ? Words(named) : ["RS256"],
            AuthorityPem = given.GetValue(authorityFile) is { } file ? ReadFile(file) : "",
        };
        return options.Fault() is { } fault ? throw new StartupException(fault) : options;
    }

    private static Dictionary<string, string> Claims(string[] given)
    {
        var claims = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in Words(given))
        {
            if (pair.Split('=', 2) is not [{ Length: > 0 } name, var value])
            {
                throw new StartupException($"--oidc-required-claim {pair}: wants key=value");
            }

            claims[name] = value;
        }

        return claims;
    }

    private static string[] Words(string[] given) => [.. given.SelectMany(words => words.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];

    private static string ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"--oidc-ca-file cannot be read: {e.Message}", e);
        }
    }
}
