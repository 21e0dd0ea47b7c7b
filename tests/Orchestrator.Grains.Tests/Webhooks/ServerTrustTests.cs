using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Orchestrator.Grains.Webhooks;
using Xunit;

namespace Orchestrator.Grains.Tests.Webhooks;

public sealed class ServerTrustTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("a.example.com", SslPolicyErrors.None, 0, null)]
    [InlineData("a.example.com", SslPolicyErrors.RemoteCertificateChainErrors, 0, "certificate signed by unknown authority")]
    [InlineData("c.example.com", SslPolicyErrors.RemoteCertificateNameMismatch, 0, "certificate is valid for a.example.com, b.example.com, not c.example.com")]
    [InlineData("10.0.0.9", SslPolicyErrors.RemoteCertificateNameMismatch, 0, "certificate is valid for 10.0.0.1, not 10.0.0.9")]
    [InlineData("a.example.com", SslPolicyErrors.RemoteCertificateChainErrors, 2,
        "certificate has expired or is not yet valid: current time 2026-03-03T12:00:00Z is after 2026-03-02T12:00:00Z")]
    [InlineData("a.example.com", SslPolicyErrors.RemoteCertificateChainErrors, -2,
        "certificate has expired or is not yet valid: current time 2026-02-27T12:00:00Z is before 2026-02-28T12:00:00Z")]
    public void A_certificate_is_refused_in_the_words_of_Go(string host, SslPolicyErrors errors, int days, string? expected)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=a", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("a.example.com");
        names.AddDnsName("b.example.com");
        names.AddIpAddress(IPAddress.Parse("10.0.0.1"));
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(1));
        Assert.Equal(expected is null ? null : "tls: failed to verify certificate: x509: " + expected, ServerTrust.Fault(host, certificate, null, errors, Now.AddDays(days)));
    }

    [Theory]
    [InlineData("root", SslPolicyErrors.None)]
    [InlineData("intermediate", SslPolicyErrors.None)]
    [InlineData("server", SslPolicyErrors.None)]
    [InlineData("stranger", SslPolicyErrors.RemoteCertificateChainErrors)]
    public void Whatever_is_in_the_bundle_is_trusted(string bundled, SslPolicyErrors expected)
    {
        var certificates = new Dictionary<string, X509Certificate2>();
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (begin, end) = (DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5));
        certificates["root"] = Authority("root", rootKey).CreateSelfSigned(begin, end);
        certificates["intermediate"] = Authority("intermediate", middleKey).Create(certificates["root"].SubjectName, X509SignatureGenerator.CreateForECDsa(rootKey), begin, end, [1]);
        certificates["server"] = new CertificateRequest("CN=server", serverKey, HashAlgorithmName.SHA256)
            .Create(certificates["intermediate"].SubjectName, X509SignatureGenerator.CreateForECDsa(middleKey), begin, end, [2]);
        certificates["stranger"] = Authority("stranger", serverKey).CreateSelfSigned(begin, end);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.Add(certificates[bundled]);
        chain.ChainPolicy.ExtraStore.Add(certificates["intermediate"]);
        var errors = chain.Build(certificates["server"]) ? SslPolicyErrors.None : SslPolicyErrors.RemoteCertificateChainErrors;
        if (bundled == "root")
        {
            Assert.Equal(SslPolicyErrors.None, errors);
        }

        Assert.Equal(expected, ServerTrust.Judge(errors, chain, chain.ChainPolicy.CustomTrustStore));
        foreach (var certificate in certificates.Values)
        {
            certificate.Dispose();
        }
    }

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request;
    }
}
