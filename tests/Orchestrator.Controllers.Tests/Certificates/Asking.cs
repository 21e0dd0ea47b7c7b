using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace Orchestrator.Controllers.Tests.Certificates;

/// <summary>Makes CertificateSigningRequests as clients send them.</summary>
internal static class Asking
{
    public static JsonObject Request(
        string commonName, string organization, string signer, string usages, string user = "someone", string[]? groups = null, string dnsName = "", int? seconds = null)
    {
        var spec = new JsonObject
        {
            ["request"] = Encode(commonName, organization, dnsName),
            ["signerName"] = signer,
            ["usages"] = new JsonArray([.. usages.Split(", ").Select(usage => JsonValue.Create(usage))]),
            ["username"] = user,
            ["groups"] = new JsonArray([.. (groups ?? ["system:authenticated"]).Select(group => JsonValue.Create(group))]),
        };
        if (seconds is not null)
        {
            spec["expirationSeconds"] = seconds;
        }

        return new JsonObject
        {
            ["apiVersion"] = "certificates.k8s.io/v1",
            ["kind"] = "CertificateSigningRequest",
            ["metadata"] = new JsonObject { ["name"] = "csr" },
            ["spec"] = spec,
        };
    }

    public static string Encode(string commonName, string organization, string dnsName = "")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var name = new X500DistinguishedNameBuilder();
        if (organization.Length > 0)
        {
            name.AddOrganizationName(organization);
        }

        name.AddCommonName(commonName);
        var request = new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256);
        if (dnsName.Length > 0)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(dnsName);
            names.AddIpAddress(IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
        }

        return Convert.ToBase64String(Encoding.ASCII.GetBytes(request.CreateSigningRequestPem()));
    }
}
