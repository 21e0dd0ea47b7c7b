using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Orchestrator.Grains.Webhooks;

/// <summary>Says why the certificate of a webhook's server is not trusted.</summary>
/// <remarks>Upstream: Verify and VerifyHostname of Go's crypto/x509: the time first, then the name, then who signed.</remarks>
internal static class ServerTrust
{
    /// <summary>What remains of what the platform found, when a webhook names its authorities.</summary>
    /// <param name="errors">What the platform found.</param>
    /// <param name="chain">The chain that was built.</param>
    /// <param name="authorities">The certificates of the webhook's bundle; null: it has none.</param>
    /// <remarks>Whatever is in the bundle is trusted, as in Go: also the server's own certificate or an intermediate one, for which the platform wants the root besides.</remarks>
    public static SslPolicyErrors Judge(SslPolicyErrors errors, X509Chain? chain, X509Certificate2Collection? authorities)
    {
        const X509ChainStatusFlags Rootless = X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot;
        var isVouchedFor = chain is not null && authorities is { Count: > 0 }
            && chain.ChainStatus.All(found => (found.Status & ~Rootless) == X509ChainStatusFlags.NoError)
            && chain.ChainElements.Any(element => authorities.Any(authority => authority.RawDataMemory.Span.SequenceEqual(element.Certificate.RawDataMemory.Span)));
        return isVouchedFor ? errors & ~SslPolicyErrors.RemoteCertificateChainErrors : errors;
    }

    /// <summary>The reason; null: the certificate is trusted.</summary>
    /// <param name="host">The name that was asked for.</param>
    /// <param name="certificate">The server's certificate.</param>
    /// <param name="chain">The chain that was built for it.</param>
    /// <param name="errors">What the platform found.</param>
    /// <param name="now">The time.</param>
    public static string? Fault(string host, X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors, DateTimeOffset now)
    {
        if (errors == SslPolicyErrors.None)
        {
            return null;
        }

        if (certificate is null)
        {
            return "tls: no certificates configured";
        }

        const string Unverified = "tls: failed to verify certificate: x509: ";
        return Unverified + (Time(certificate, now)
            ?? (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? Name(host, certificate) : null)
            ?? Signer(chain));
    }

    private static string? Time(X509Certificate2 certificate, DateTimeOffset now)
    {
        var (begins, ends) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        const string Outside = "certificate has expired or is not yet valid: current time ";
        return now < begins ? $"{Outside}{Text(now.UtcDateTime)} is before {Text(begins)}"
            : now > ends ? $"{Outside}{Text(now.UtcDateTime)} is after {Text(ends)}"
            : null;
    }

    private static string Text(DateTime time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Name(string host, X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        if (IPAddress.TryParse(host, out var address))
        {
            var addresses = names?.EnumerateIPAddresses().ToList() ?? [];
            return addresses.Count == 0
                ? $"cannot validate certificate for {address} because it doesn't contain any IP SANs"
                : $"certificate is valid for {string.Join(", ", addresses)}, not {address}";
        }

        var valid = string.Join(", ", names?.EnumerateDnsNames() ?? []);
        return names is null ? "certificate relies on legacy Common Name field, use SANs instead"
            : valid.Length == 0 ? $"certificate is not valid for any names, but wanted to match {host}"
            : $"certificate is valid for {valid}, not {host}";
    }

    private static string Signer(X509Chain? chain)
    {
        var status = chain?.ChainStatus.FirstOrDefault(found => found.Status != X509ChainStatusFlags.NoError) ?? default;

        // An authority of the right name and the wrong key is as unknown as one of another name.
        return status.Status is X509ChainStatusFlags.NoError or X509ChainStatusFlags.UntrustedRoot or X509ChainStatusFlags.PartialChain or X509ChainStatusFlags.NotSignatureValid
            ? "certificate signed by unknown authority"
            : status.StatusInformation;
    }
}
