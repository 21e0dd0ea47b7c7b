using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Orchestrator.Gateway.Authentication;
using Orchestrator.Gateway.Certificates;

namespace Orchestrator.Gateway.Tests.Authentication;

/// <summary>A provider on a loopback port, over TLS with an authority of its own.</summary>
public sealed class OidcTests : IAsyncLifetime
{
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly ClusterAuthority authority = ClusterAuthority.Create(TimeProvider.System);
    private RSA key = RSA.Create(2048);
    private string keyId = "one";
    private int fetches;
    private Func<string, string> configure = text => text;
    private WebApplication provider = null!;
    private string issuer = "";

    private OidcOptions Options => new() { IssuerUrl = issuer, ClientId = "cluster", AuthorityPem = authority.CertificatePem };

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            IPAddress.Loopback, 0, listen => listen.UseHttps(authority.IssueServer(["localhost"], [IPAddress.Loopback]).ToCertificate())));
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        provider = builder.Build();
        provider.MapGet("/.well-known/openid-configuration", () => Results.Text(configure($$"""{"issuer":"{{issuer}}","jwks_uri":"{{issuer}}/keys"}"""), "application/json"));
        provider.MapGet("/keys", () =>
        {
            fetches++;
            return Results.Text(Keys(), "application/json");
        });
        await provider.StartAsync();
        issuer = provider.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
    }

    public async ValueTask DisposeAsync()
    {
        await provider.DisposeAsync();
        authority.Dispose();
        key.Dispose();
    }

    [Fact]
    public async Task A_token_of_the_provider_names_a_user()
    {
        using var tokens = new OidcTokens(Options with { GroupsClaim = "groups", GroupsPrefix = "oidc:" }, clock);
        var token = Token("""{"sub":"alice","groups":["devs","ops"]}""");

        Assert.True(tokens.Recognises(token));
        var user = await tokens.VerifyAsync(token, TestContext.Current.CancellationToken);

        Assert.Equal((issuer + "#alice", "oidc:devs,oidc:ops"), (user!.Name, string.Join(',', user.Groups)));
    }

    [Theory]
    [InlineData("""{"email":"a@b","email_verified":true}""", "email", null, "a@b")]
    [InlineData("""{"email":"a@b"}""", "email", null, "a@b")]
    [InlineData("""{"email":"a@b","email_verified":false}""", "email", null, null)]
    [InlineData("""{"email":"a@b","email_verified":"true"}""", "email", null, null)]
    [InlineData("""{"sub":"alice"}""", "sub", "-", "alice")]
    [InlineData("""{"sub":"alice"}""", "sub", "x:", "x:alice")]
    [InlineData("""{"sub":"alice"}""", "name", "-", null)]
    [InlineData("""{"sub":1}""", "sub", "-", null)]
    [InlineData("""{"sub":"alice","groups":"devs"}""", "sub", "-", "alice")]
    [InlineData("""{"sub":"alice","groups":[1]}""", "sub", "-", null)]
    [InlineData("""{"sub":"alice","tenant":"other"}""", "sub", "-", "alice")]
    public async Task The_name_comes_from_the_claim_that_was_chosen(string claims, string claim, string? prefix, string? name)
    {
        using var tokens = new OidcTokens(Options with { UsernameClaim = claim, UsernamePrefix = prefix, GroupsClaim = "groups" }, clock);

        Assert.Equal(name, (await tokens.VerifyAsync(Token(claims), TestContext.Current.CancellationToken))?.Name);
    }

    [Theory]
    [InlineData("{}", true)]
    [InlineData("""{"aud":"other"}""", false)]
    [InlineData("""{"aud":["other","cluster"]}""", true)]
    [InlineData("""{"exp":1777600000}""", false)]
    [InlineData("""{"exp":null}""", false)]
    [InlineData("""{"nbf":1893456000}""", false)]
    [InlineData("""{"tenant":"other"}""", false)]
    public async Task What_does_not_hold_lets_nobody_in(string changes, bool isGood)
    {
        var claims = new JsonObject { ["sub"] = "alice", ["tenant"] = "ours" };
        foreach (var (name, value) in JsonNode.Parse(changes)!.AsObject())
        {
            claims[name] = value?.DeepClone();
        }

        using var tokens = new OidcTokens(Options with { RequiredClaims = new Dictionary<string, string> { ["tenant"] = "ours" } }, clock);

        Assert.Equal(isGood, await tokens.VerifyAsync(Token(claims.ToJsonString()), TestContext.Current.CancellationToken) is not null);
    }

    [Fact]
    public async Task A_token_signed_by_another_key_or_another_algorithm_is_not_good()
    {
        using var tokens = new OidcTokens(Options, clock);
        var good = Token("""{"sub":"alice"}""");
        Assert.NotNull(await tokens.VerifyAsync(good, TestContext.Current.CancellationToken));

        using var other = RSA.Create(2048);
        Assert.Null(await tokens.VerifyAsync(Token("""{"sub":"alice"}""", other), TestContext.Current.CancellationToken));
        using var strict = new OidcTokens(Options with { SigningAlgorithms = ["RS512"] }, clock);
        Assert.Null(await strict.VerifyAsync(good, TestContext.Current.CancellationToken));
        Assert.False(tokens.Recognises(good[..^3] + "..."));
    }

    [Fact]
    public async Task A_new_key_is_fetched_but_not_for_every_token_that_names_one()
    {
        using var tokens = new OidcTokens(Options, clock);
        Assert.NotNull(await tokens.VerifyAsync(Token("""{"sub":"alice"}"""), TestContext.Current.CancellationToken));
        (key, keyId) = (RSA.Create(2048), "two");
        var renewed = Token("""{"sub":"alice"}""");

        Assert.Null(await tokens.VerifyAsync(renewed, TestContext.Current.CancellationToken));
        Assert.Equal(1, fetches);
        clock.Advance(OidcKeys.Pause);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => tokens.VerifyAsync(renewed, TestContext.Current.CancellationToken)));

        Assert.All(answers, Assert.NotNull);
        Assert.Equal(2, fetches);
    }

    [Fact]
    public async Task A_provider_that_calls_itself_otherwise_or_answers_too_much_is_not_believed()
    {
        configure = text => text.Replace("\"issuer\":\"", "\"issuer\":\"https://elsewhere/", StringComparison.Ordinal);
        using (var tokens = new OidcTokens(Options, clock))
        {
            Assert.Null(await tokens.VerifyAsync(Token("""{"sub":"alice"}"""), TestContext.Current.CancellationToken));
        }

        configure = text => text + new string(' ', 2 * 1024 * 1024);
        using (var tokens = new OidcTokens(Options, clock))
        {
            Assert.Null(await tokens.VerifyAsync(Token("""{"sub":"alice"}"""), TestContext.Current.CancellationToken));
        }

        configure = text => text;
        using (var tokens = new OidcTokens(Options with { AuthorityPem = ClusterAuthority.Create(TimeProvider.System).CertificatePem }, clock))
        {
            Assert.Null(await tokens.VerifyAsync(Token("""{"sub":"alice"}"""), TestContext.Current.CancellationToken));
        }
    }

    [Theory]
    [InlineData("http://a", "c", "RS256", "wants an https URL")]
    [InlineData("https://a?b", "c", "RS256", "must not contain")]
    [InlineData("https://a", "", "RS256", "--oidc-client-id is required")]
    [InlineData("https://a", "c", "HS256", "wants one of")]
    [InlineData("https://a", "c", "RS256", null)]
    public void Flags_without_sense_are_told(string url, string client, string algorithm, string? fault)
    {
        var told = new OidcOptions { IssuerUrl = url, ClientId = client, SigningAlgorithms = [algorithm] }.Fault();

        Assert.Equal(fault is null, told is null);
        Assert.Contains(fault ?? "", told ?? "", StringComparison.Ordinal);
    }

    private string Token(string claims, RSA? signer = null)
    {
        var all = new JsonObject { ["iss"] = issuer, ["aud"] = "cluster", ["exp"] = clock.GetUtcNow().AddHours(1).ToUnixTimeSeconds() };
        foreach (var (name, value) in JsonNode.Parse(claims)!.AsObject())
        {
            all[name] = value?.DeepClone();
            if (value is null)
            {
                all.Remove(name);
            }
        }

        var credentials = new SigningCredentials(new RsaSecurityKey(signer ?? key) { KeyId = keyId }, SecurityAlgorithms.RsaSha256);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(all.ToJsonString(), credentials);
    }

    private string Keys()
    {
        var shown = key.ExportParameters(false);
        return $$"""{"keys":[{"kty":"RSA","use":"sig","alg":"RS256","kid":"{{keyId}}","n":"{{Base64UrlEncoder.Encode(shown.Modulus)}}","e":"{{Base64UrlEncoder.Encode(shown.Exponent)}}"}]}""";
    }
}
