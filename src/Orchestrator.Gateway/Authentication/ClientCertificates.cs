using System.Formats.Asn1;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;

namespace Orchestrator.Gateway.Authentication;

/// <summary>Authenticates by client certificate: the common name is the user, the organizations are the groups.</summary>
/// <remarks>Upstream: apiserver/pkg/authentication/request/x509. A certificate that our CA did not sign is refused, not ignored.</remarks>
internal sealed class ClientCertificates(X509Certificate2 authority, TimeProvider clock)
{
    private const string CommonName = "2.5.4.3";
    private const string Organization = "2.5.4.10";

    /// <summary>What was found out about a connection's certificate; goes with the connection.</summary>
    private readonly ConditionalWeakTable<X509Certificate2, StrongBox<ApiUser?>> known = new();

    /// <summary>The user of a certificate, or null when it must be refused.</summary>
    public ApiUser? Authenticate(X509Certificate2 certificate)
    {
        var now = clock.GetUtcNow();
        return now > certificate.NotAfter || now < certificate.NotBefore ? null : known.GetValue(certificate, Verify).Value;
    }

    private StrongBox<ApiUser?> Verify(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = clock.GetUtcNow().LocalDateTime;
        chain.ChainPolicy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid("1.3.6.1.5.5.7.3.2"));
        return new(chain.Build(certificate) ? ReadUser(certificate.SubjectName) : null);
    }

    private static ApiUser? ReadUser(X500DistinguishedName subject)
    {
        string? user = null;
        var groups = new List<string>();
        foreach (var (type, value) in Attributes(subject))
        {
            if (type == CommonName)
            {
                user = value;
            }
            else if (type == Organization)
            {
                groups.Add(value);
            }
        }

        return string.IsNullOrEmpty(user) ? null : new ApiUser(user, "", groups);
    }

    /// <summary>Go writes several organizations into one relative name, so the sets have to be opened one by one.</summary>
    private static List<(string Type, string Value)> Attributes(X500DistinguishedName subject)
    {
        var found = new List<(string Type, string Value)>();
        var names = new AsnReader(subject.RawData, AsnEncodingRules.DER).ReadSequence();
        while (names.HasData)
        {
            var set = names.ReadSetOf(skipSortOrderValidation: true);
            while (set.HasData)
            {
                var pair = set.ReadSequence();
                var type = pair.ReadObjectIdentifier();
                var tag = pair.PeekTag();
                if (tag.TagClass == TagClass.Universal)
                {
                    found.Add((type, pair.ReadCharacterString((UniversalTagNumber)tag.TagValue)));
                }
            }
        }

        return found;
    }
}
