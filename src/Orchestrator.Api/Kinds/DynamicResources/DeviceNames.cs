using System.Text.RegularExpressions;
using Orchestrator.Api.Kinds.Csi;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.DynamicResources;

/// <summary>The names of drivers, pools, attributes and label-like keys.</summary>
/// <remarks>Upstream: pkg/apis/resource/validation.</remarks>
internal static partial class DeviceNames
{
    /// <summary>The longest qualified name: a domain, a slash and an identifier.</summary>
    public const int QualifiedLength = DeviceBounds.Domain + 1 + DeviceBounds.Identifier;

    /// <summary>The longest DNS label.</summary>
    public const int LabelLength = 63;

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex IdentifierForm { get; }

    [GeneratedRegex(@"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\z", RegexOptions.CultureInvariant)]
    private static partial Regex UidForm { get; }

    /// <summary>Validates the name of a driver, which is one of CSI.</summary>
    public static void ValidateDriver(string name, string path, Faults faults) => CsiDriverNames.Validate(name, path, faults);

    /// <summary>Validates a DNS label: the name of a device, a request, a counter.</summary>
    public static void ValidateLabel(string name, string path, Faults faults) => faults.Invalid(path, name, ObjectNames.DnsLabelErrors(name));

    /// <summary>Validates a key in the form of a label's.</summary>
    public static void ValidateKey(string name, string path, Faults faults) => faults.Invalid(path, name, ObjectNames.QualifiedNameErrors(name));

    /// <summary>Validates the name of a pool: DNS subdomains with slashes between them.</summary>
    public static void ValidatePool(string name, string path, Faults faults)
    {
        if (name.Length == 0)
        {
            faults.Required(path);
            return;
        }

        if (name.Length > DeviceBounds.PoolName)
        {
            faults.Add(FieldError.TooLong(path, DeviceBounds.PoolName));
        }

        foreach (var part in name.Split('/'))
        {
            faults.Invalid(path, part, ObjectNames.DnsSubdomainErrors(part));
        }
    }

    /// <summary>Validates the name of an attribute or capacity: an identifier, with its domain or in that of the driver.</summary>
    public static void ValidateQualified(string name, string path, Faults faults)
    {
        var parts = name.Split('/');
        switch (parts.Length)
        {
            case 1:
                ValidateIdentifier(name, path, faults);
                break;
            case 2:
                if (parts[0].Length == 0)
                {
                    faults.Invalid(path, "", "the domain must not be empty");
                }
                else
                {
                    ValidateDriver(parts[0], path, faults);
                }

                if (parts[1].Length == 0)
                {
                    faults.Invalid(path, "", "the name must not be empty");
                }
                else
                {
                    ValidateIdentifier(parts[1], path, faults);
                }

                break;
            default:
                faults.Invalid(path, name, "must not contain more than one slash");
                break;
        }
    }

    /// <summary>Validates the name of an attribute with its domain.</summary>
    public static void ValidateFullyQualified(string name, string path, Faults faults)
    {
        ValidateQualified(name, path, faults);
        if (!name.Contains('/', StringComparison.Ordinal))
        {
            faults.Invalid(path, name, "a fully qualified name must be a domain and a name separated by a slash");
        }
    }

    /// <summary>Validates the identity of a share of a device.</summary>
    public static void ValidateUid(string uid, string path, Faults faults)
    {
        if (!UidForm.IsMatch(uid))
        {
            var reason = uid.Length is 36 or 38 or 45 or 32 ? "invalid UUID format" : $"invalid UUID length: {uid.Length}";
            faults.Invalid(path, uid, "error validating uid: " + reason);
        }
        else if (uid.Any(char.IsAsciiLetterUpper))
        {
            faults.Invalid(path, uid, "uid must be in RFC 4122 normalized form, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` with lowercase hexadecimal characters");
        }
    }

    private static void ValidateIdentifier(string name, string path, Faults faults)
    {
        if (name.Length > DeviceBounds.Identifier)
        {
            faults.Add(FieldError.TooLong(path, DeviceBounds.Identifier));
        }

        if (!IdentifierForm.IsMatch(name))
        {
            faults.Invalid(path, name, "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' "
                + "(e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')");
        }
    }
}
