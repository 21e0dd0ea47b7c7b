using System.Formats.Asn1;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;

namespace Orchestrator.Gateway.Authentication;

/// <summary>Authenticates by client certificate: the common name is the user, the organizations are the groups.</summary>
/// <remarks>Upstream: apiserver/pkg/authentication/request/x509. A certificate that our CA did not sign is refused, not ignored. Its subject may carry a uid.</remarks>
internal sealed class ClientCertificates(X509Certificate2 authority, TimeProvider clock)
{
    private const string CommonName = "2.5.4.3";
    private const string Organization = "2.5.4.10";
    private const string UserUid = "1.3.6.1.4.1.57683.2";

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
        return new(chain.Build(certificate) ? ReadUser(certificate) : null);
    }

    private static ApiUser? ReadUser(X509Certificate2 certificate)
    {
        string? user = null;
        var groups = new List<string>();
        var uids = new List<string>();
        foreach (var (type, value) in Attributes(certificate.SubjectName))
        {
            if (type == CommonName)
            {
                user = value;
            }
            else if (type == Organization)
            {
                groups.Add(value);
            }
            else if (type == UserUid)
            {
                uids.Add(value);
            }
        }

        if (string.IsNullOrEmpty(user) || uids.Count > 1 || uids.Contains(""))
        {
            return null;
        }

        var print = "X509SHA256=" + Convert.ToHexStringLower(certificate.GetCertHash(System.Security.Cryptography.HashAlgorithmName.SHA256));
        return new ApiUser(user, uids.FirstOrDefault() ?? "", groups)
        {
            Extra = new Dictionary<string, IReadOnlyList<string>> { ["authentication.kubernetes.io/credential-id"] = [print] },
        };
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
