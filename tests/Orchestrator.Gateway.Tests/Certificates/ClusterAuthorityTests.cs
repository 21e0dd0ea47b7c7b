using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Api.Kinds.CertificateSigningRequests;
using Orchestrator.Gateway.Certificates;

namespace Orchestrator.Gateway.Tests.Certificates;

public sealed class ClusterAuthorityTests
{
    private static readonly FakeTimeProvider Clock = new(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
    private static readonly ClusterAuthority Authority = ClusterAuthority.Create(Clock);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_certificate_is_for_the_key_and_the_names_that_were_asked_for(bool rsa)
    {
        using AsymmetricAlgorithm key = rsa ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var asked = Read(key, names => names.AddDnsName("node.example"));

        using var certificate = X509Certificate2.CreateFromPem(Authority.SignRequest(asked, ["digital signature", "server auth", "client auth"], TimeSpan.FromDays(365)));

        Assert.Equal(asked.PublicKey.ExportSubjectPublicKeyInfo(), certificate.PublicKey.ExportSubjectPublicKeyInfo());
        Assert.Equal("O=devs, CN=asker", certificate.Subject);
        Assert.Equal(["node.example"], certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateDnsNames());
        Assert.Equal(X509KeyUsageFlags.DigitalSignature, certificate.Extensions.OfType<X509KeyUsageExtension>().Single().KeyUsages);
        Assert.Equal(
            ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"],
            certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages.Cast<Oid>().Select(oid => oid.Value));
        Assert.False(certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
        Assert.True(Trusts(certificate));
    }

    [Theory]
    [InlineData(600, 600)]
    [InlineData(7 * 3600, 7 * 3600)]
    [InlineData(30 * 24 * 3600, (30 * 24 * 3600) - 300)]
    [InlineData(20L * 365 * 24 * 3600, 3650L * 24 * 3600)]
    public void It_lasts_as_long_as_was_approved_and_not_longer_than_the_authority(long asked, long expected)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        using var certificate = X509Certificate2.CreateFromPem(Authority.SignRequest(Read(key), ["client auth"], TimeSpan.FromSeconds(asked)));

        Assert.Equal(TimeSpan.FromSeconds(expected), certificate.NotAfter.ToUniversalTime() - Clock.GetUtcNow().UtcDateTime);
    }

    private static SigningRequest Read(AsymmetricAlgorithm key, Action<SubjectAlternativeNameBuilder>? add = null)
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddOrganizationName("devs");
        name.AddCommonName("asker");
        var request = key is RSA rsa
            ? new CertificateRequest(name.Build(), rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(name.Build(), (ECDsa)key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        if (add is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            add(names);
            request.CertificateExtensions.Add(names.Build());
        }

        var (read, fault) = SigningRequest.Read(Convert.ToBase64String(Encoding.ASCII.GetBytes(request.CreateSigningRequestPem())));
        Assert.Equal("", fault);
        return read!;
    }

    private static bool Trusts(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(Authority.Certificate);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = Clock.GetUtcNow().LocalDateTime;
        return chain.Build(certificate);
    }
}
