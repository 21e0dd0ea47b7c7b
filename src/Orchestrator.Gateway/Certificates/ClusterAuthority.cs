using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Orchestrator.Api.Kinds.CertificateSigningRequests;

namespace Orchestrator.Gateway.Certificates;

/// <summary>The cluster's certificate authority: signs the certificates of silos, administrators and agents.</summary>
/// <remarks>Keys are ECDSA P-256: every Kubernetes client accepts them and handshakes are cheap.</remarks>
public sealed class ClusterAuthority : IDisposable
{
    /// <summary>Ten years, as kubeadm gives a CA: a cluster outlives its leaf certificates, not its CA.</summary>
    private static readonly TimeSpan AuthorityLifetime = TimeSpan.FromDays(3650);

    /// <summary>One year, as kubeadm gives leaf certificates.</summary>
    private static readonly TimeSpan LeafLifetime = TimeSpan.FromDays(365);

    /// <summary>Clocks of clients may be behind ours by this much.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    /// <summary>Below this the five minutes by which certificates are dated back are more than a percent.</summary>
    private static readonly TimeSpan ShortLifetime = TimeSpan.FromHours(8);

    /// <summary>The length of an empty sequence: a certificate without a subject must have critical names (RFC 5280).</summary>
    private const int EmptySubjectLength = 2;

    private readonly TimeProvider clock;

    private ClusterAuthority(X509Certificate2 certificate, TimeProvider clock)
    {
        Certificate = certificate;
        this.clock = clock;
    }

    /// <summary>The CA's certificate with its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The CA's certificate, in PEM.</summary>
    public string CertificatePem => Certificate.ExportCertificatePem() + "\n";

    /// <summary>The CA's private key, in PEM (PKCS #8): whoever holds it is the cluster.</summary>
    public string KeyPem
    {
        get
        {
            using var key = Certificate.GetECDsaPrivateKey();
            return key!.ExportPkcs8PrivateKeyPem() + "\n";
        }
    }

    /// <summary>Makes a new authority.</summary>
    public static ClusterAuthority Create(TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=orchestrator-ca", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign | X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = clock.GetUtcNow();
        return new ClusterAuthority(request.CreateSelfSigned(now - ClockSkew, now + AuthorityLifetime), clock);
    }

    /// <summary>Reads an authority from PEM.</summary>
    /// <exception cref="CryptographicException">The certificate and key are not a pair.</exception>
    public static ClusterAuthority Load(string certificatePem, string keyPem, TimeProvider clock) =>
        new(X509Certificate2.CreateFromPem(certificatePem, keyPem), clock);

    /// <summary>A certificate for a silo's HTTPS port.</summary>
    /// <param name="dnsNames">The names that clients dial.</param>
    /// <param name="addresses">The addresses that clients dial: of the host, of the <c>kubernetes</c> Service, loopback.</param>
    public IssuedCertificate IssueServer(IEnumerable<string> dnsNames, IEnumerable<IPAddress> addresses)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in dnsNames)
        {
            names.AddDnsName(name);
        }

        foreach (var address in addresses)
        {
            names.AddIpAddress(address);
        }

        return Issue(Subject("kube-apiserver", []), ExtendedUse.Both, names.Build());
    }

    /// <summary>A certificate by which a client authenticates as a user in groups.</summary>
    public IssuedCertificate IssueClient(string user, IReadOnlyList<string> groups) => Issue(Subject(user, groups), ExtendedUse.Client, null);

    /// <summary>The administrator's certificate: the group system:masters may do everything.</summary>
    public IssuedCertificate IssueAdministrator() => IssueClient("kubernetes-admin", ["system:masters"]);

    /// <summary>The certificate of a node's agent.</summary>
    public IssuedCertificate IssueAgent(string nodeName) => IssueClient(NodeIdentity.UserOf(nodeName), [NodeIdentity.Group]);

    /// <summary>Signs the public key of a request for a node; the request's own subject is ignored, so a host cannot name itself anything else.</summary>
    /// <exception cref="CryptographicException">The bytes are not a certificate signing request, or its signature is wrong.</exception>
    public string SignAgent(byte[] signingRequest, string nodeName)
    {
        var asked = CertificateRequest.LoadSigningRequest(signingRequest, HashAlgorithmName.SHA256);
        var request = new CertificateRequest(Subject(NodeIdentity.UserOf(nodeName), [NodeIdentity.Group]), asked.PublicKey, HashAlgorithmName.SHA256);
        using var certificate = Sign(request, ExtendedUse.Client, null);
        return certificate.ExportCertificatePem() + "\n";
    }

    /// <summary>Signs what a CertificateSigningRequest asks for: its subject and further names, for the usages and the time that were approved.</summary>
    /// <remarks>Upstream: pkg/controller/certificates/authority. No other extension of the request gets into the certificate.</remarks>
    /// <returns>The certificate in PEM.</returns>
    public string SignRequest(SigningRequest asked, IReadOnlyCollection<string> usages, TimeSpan lifetime)
    {
        ArgumentNullException.ThrowIfNull(asked);
        ArgumentNullException.ThrowIfNull(usages);
        var request = new CertificateRequest(asked.Subject, asked.PublicKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        if (CertificateUsages.Flags(usages) is var flags and not X509KeyUsageFlags.None)
        {
            request.CertificateExtensions.Add(new X509KeyUsageExtension(flags, true));
        }

        if (CertificateUsages.Extended(usages) is { Count: > 0 } extended)
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(extended, false));
        }

        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, true, false));
        if (asked.AlternativeNames is { } names)
        {
            request.CertificateExtensions.Add(new X509Extension(names.Oid!, names.RawData, asked.Subject.RawData.Length <= EmptySubjectLength));
        }

        // Certificates that last for hours end when they were asked to; of longer ones the clocks' skew is a small part.
        var now = clock.GetUtcNow();
        using var certificate = Sign(request, lifetime < ShortLifetime ? now + lifetime : now - ClockSkew + lifetime);
        return certificate.ExportCertificatePem() + "\n";
    }

    /// <inheritdoc />
    public void Dispose() => Certificate.Dispose();

    private IssuedCertificate Issue(X500DistinguishedName subject, ExtendedUse use, X509Extension? names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Sign(new CertificateRequest(subject, key, HashAlgorithmName.SHA256), use, names);
        return new IssuedCertificate(certificate.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    private X509Certificate2 Sign(CertificateRequest request, ExtendedUse use, X509Extension? names)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(Uses(use), false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, true, false));
        if (names is not null)
        {
            request.CertificateExtensions.Add(names);
        }

        return Sign(request, clock.GetUtcNow() + LeafLifetime);
    }

    private X509Certificate2 Sign(CertificateRequest request, DateTimeOffset end)
    {
        // A certificate outlives neither its authority nor begins before it.
        var begin = clock.GetUtcNow() - ClockSkew;
        using var key = Certificate.GetECDsaPrivateKey()!;
        return request.Create(
            Certificate.SubjectName,
            X509SignatureGenerator.CreateForECDsa(key),
            begin < Certificate.NotBefore ? Certificate.NotBefore : begin,
            end < Certificate.NotAfter ? end : Certificate.NotAfter,
            RandomNumberGenerator.GetBytes(16));
    }

    private static OidCollection Uses(ExtendedUse use)
    {
        var uses = new OidCollection { new Oid("1.3.6.1.5.5.7.3.2") };
        if (use == ExtendedUse.Both)
        {
            uses.Add(new Oid("1.3.6.1.5.5.7.3.1"));
        }

        return uses;
    }

    private static X500DistinguishedName Subject(string commonName, IEnumerable<string> organizations)
    {
        var subject = new X500DistinguishedNameBuilder();
        foreach (var organization in organizations)
        {
            subject.AddOrganizationName(organization);
        }

        subject.AddCommonName(commonName);
        return subject.Build();
    }

    private enum ExtendedUse
    {
        Client,
        Both,
    }
}

/// <summary>A certificate and its private key, in PEM.</summary>
/// <param name="CertificatePem">The certificate.</param>
/// <param name="KeyPem">The key (PKCS #8).</param>
public sealed record IssuedCertificate(string CertificatePem, string KeyPem)
{
    /// <summary>The pair as Kestrel and HttpClient want it.</summary>
    public X509Certificate2 ToCertificate() => X509Certificate2.CreateFromPem(CertificatePem, KeyPem);
}
