using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Orchestrator.Api.Kinds.CertificateSigningRequests;

/// <summary>A PKCS #10 request, read: what the asker wants to be called. Its signature has been checked, so the asker holds the key.</summary>
/// <remarks>Upstream: ParseCSR of pkg/apis/certificates/helpers.go, which reads it with Go's crypto/x509.</remarks>
public sealed class SigningRequest
{
    private const string Label = "CERTIFICATE REQUEST";
    private const string CommonNameOid = "2.5.4.3";
    private const string OrganizationOid = "2.5.4.10";
    private const string AlternativeNamesOid = "2.5.29.17";
    private const string Ed25519Oid = "1.3.101.112";

    private readonly CertificateRequest request;

    private SigningRequest(CertificateRequest request, bool isKeySupported)
    {
        this.request = request;
        IsKeySupported = isKeySupported;
        ReadSubject();
        AlternativeNames = request.CertificateExtensions.FirstOrDefault(extension => extension.Oid?.Value == AlternativeNamesOid);
        if (AlternativeNames is { } names)
        {
            ReadNames(names.RawData);
        }
    }

    /// <summary>The common name; empty without one.</summary>
    public string CommonName { get; private set; } = "";

    /// <summary>The organizations, in order.</summary>
    public IReadOnlyList<string> Organizations { get; private set; } = [];

    /// <summary>The DNS names asked for.</summary>
    public IReadOnlyList<string> DnsNames { get; private set; } = [];

    /// <summary>The addresses asked for.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; private set; } = [];

    /// <summary>The mail addresses asked for.</summary>
    public IReadOnlyList<string> Emails { get; private set; } = [];

    /// <summary>The URIs asked for.</summary>
    public IReadOnlyList<string> Uris { get; private set; } = [];

    /// <summary>The subject, as sent.</summary>
    public X500DistinguishedName Subject => request.SubjectName;

    /// <summary>The key that the certificate is to be for.</summary>
    public PublicKey PublicKey => request.PublicKey;

    /// <summary>The extension with all further names, as sent; null without one.</summary>
    public X509Extension? AlternativeNames { get; }

    /// <summary>False for a key of a kind that this platform cannot check, so that nothing may be signed for it.</summary>
    public bool IsKeySupported { get; }

    /// <summary>Reads <c>spec.request</c>: base64 of PEM.</summary>
    /// <returns>The request, or what is wrong with it.</returns>
    public static (SigningRequest? Request, string Fault) Read(string base64)
    {
        ArgumentNullException.ThrowIfNull(base64);
        const string NotPem = "PEM block type must be CERTIFICATE REQUEST";
        var bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, bytes, out var length))
        {
            return (null, NotPem);
        }

        var text = Encoding.Latin1.GetString(bytes, 0, length);
        if (!PemEncoding.TryFind(text, out var fields) || text[fields.Label] is not Label)
        {
            return (null, NotPem);
        }

        var der = new byte[fields.DecodedDataLength];
        return Convert.TryFromBase64String(text[fields.Base64Data], der, out _) ? Load(der) : (null, NotPem);
    }

    private static (SigningRequest? Request, string Fault) Load(byte[] der)
    {
        const CertificateRequestLoadOptions WithNames = CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions;
        try
        {
            var claimed = CertificateRequest.LoadSigningRequest(
                der, HashAlgorithmName.SHA256, WithNames | CertificateRequestLoadOptions.SkipSignatureValidation);
            if (claimed.PublicKey.Oid.Value == Ed25519Oid)
            {
                return (new SigningRequest(claimed, isKeySupported: false), "");
            }

            // Loading it once more, now with its signature, tells a forged request from a malformed one.
            return (new SigningRequest(CertificateRequest.LoadSigningRequest(der, HashAlgorithmName.SHA256, WithNames), isKeySupported: true), "");
        }
        catch (Exception malformed) when (malformed is CryptographicException or AsnContentException or ArgumentException or NotSupportedException)
        {
            return (null, malformed.Message);
        }
    }

    private void ReadSubject()
    {
        var organizations = new List<string>();
        var names = new AsnReader(request.SubjectName.RawData, AsnEncodingRules.DER).ReadSequence();
        while (names.HasData)
        {
            var set = names.ReadSetOf(skipSortOrderValidation: true);
            while (set.HasData)
            {
                var pair = set.ReadSequence();
                var type = pair.ReadObjectIdentifier();
                if (pair.PeekTag() is { TagClass: TagClass.Universal } tag && type is CommonNameOid or OrganizationOid)
                {
                    var value = pair.ReadCharacterString((UniversalTagNumber)tag.TagValue);
                    if (type == CommonNameOid)
                    {
                        CommonName = value;
                    }
                    else
                    {
                        organizations.Add(value);
                    }
                }
            }
        }

        Organizations = organizations;
    }

    private void ReadNames(byte[] extension)
    {
        var (dns, addresses, emails, uris) = (new List<string>(), new List<IPAddress>(), new List<string>(), new List<string>());
        var names = new AsnReader(extension, AsnEncodingRules.DER).ReadSequence();
        while (names.HasData)
        {
            // GeneralName of RFC 5280: 1 mail, 2 DNS, 6 URI, 7 address; the others are nothing that anyone here reads.
            switch (names.PeekTag().TagValue)
            {
                case 1:
                    emails.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, new Asn1Tag(TagClass.ContextSpecific, 1)));
                    break;
                case 2:
                    dns.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, new Asn1Tag(TagClass.ContextSpecific, 2)));
                    break;
                case 6:
                    uris.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, new Asn1Tag(TagClass.ContextSpecific, 6)));
                    break;
                case 7:
                    addresses.Add(new IPAddress(names.ReadOctetString(new Asn1Tag(TagClass.ContextSpecific, 7))));
                    break;
                default:
                    names.ReadEncodedValue();
                    break;
            }
        }

        (DnsNames, Addresses, Emails, Uris) = (dns, addresses, emails, uris);
    }
}
