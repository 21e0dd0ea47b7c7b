using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Orchestrator.Gateway.Certificates;

/// <summary>What certificates are good for, from the API's names to those of X.509.</summary>
/// <remarks>Upstream: pkg/controller/certificates/authority/policies.go.</remarks>
internal static class CertificateUsages
{
    private static readonly FrozenDictionary<string, X509KeyUsageFlags> FlagOf = new Dictionary<string, X509KeyUsageFlags>
    {
        ["signing"] = X509KeyUsageFlags.DigitalSignature,
        ["digital signature"] = X509KeyUsageFlags.DigitalSignature,
        ["content commitment"] = X509KeyUsageFlags.NonRepudiation,
        ["key encipherment"] = X509KeyUsageFlags.KeyEncipherment,
        ["key agreement"] = X509KeyUsageFlags.KeyAgreement,
        ["data encipherment"] = X509KeyUsageFlags.DataEncipherment,
        ["cert sign"] = X509KeyUsageFlags.KeyCertSign,
        ["crl sign"] = X509KeyUsageFlags.CrlSign,
        ["encipher only"] = X509KeyUsageFlags.EncipherOnly,
        ["decipher only"] = X509KeyUsageFlags.DecipherOnly,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> OidOf = new Dictionary<string, string>
    {
        ["any"] = "2.5.29.37.0",
        ["server auth"] = "1.3.6.1.5.5.7.3.1",
        ["client auth"] = "1.3.6.1.5.5.7.3.2",
        ["code signing"] = "1.3.6.1.5.5.7.3.3",
        ["email protection"] = "1.3.6.1.5.5.7.3.4",
        ["s/mime"] = "1.3.6.1.5.5.7.3.4",
        ["ipsec end system"] = "1.3.6.1.5.5.7.3.5",
        ["ipsec tunnel"] = "1.3.6.1.5.5.7.3.6",
        ["ipsec user"] = "1.3.6.1.5.5.7.3.7",
        ["timestamping"] = "1.3.6.1.5.5.7.3.8",
        ["ocsp signing"] = "1.3.6.1.5.5.7.3.9",
        ["microsoft sgc"] = "1.3.6.1.4.1.311.10.3.3",
        ["netscape sgc"] = "2.16.840.1.113730.4.1",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The bits of the key usage extension.</summary>
    public static X509KeyUsageFlags Flags(IEnumerable<string> usages) =>
        usages.Aggregate(X509KeyUsageFlags.None, (flags, usage) => flags | FlagOf.GetValueOrDefault(usage));

    /// <summary>The purposes of the extended key usage extension.</summary>
    public static OidCollection Extended(IEnumerable<string> usages)
    {
        var purposes = new OidCollection();
        foreach (var oid in usages.Select(usage => OidOf.GetValueOrDefault(usage)).OfType<string>().Distinct().Order(StringComparer.Ordinal))
        {
            purposes.Add(new Oid(oid));
        }

        return purposes;
    }
}
