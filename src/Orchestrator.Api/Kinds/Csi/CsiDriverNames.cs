namespace Orchestrator.Api.Kinds.Csi;

/// <summary>The names of CSI drivers.</summary>
/// <remarks>Upstream: ValidateCSIDriverName.</remarks>
internal static class CsiDriverNames
{
    private const int Longest = 63;

    /// <summary>Validates the name of a driver: a DNS subdomain of any case, at most 63 characters.</summary>
    public static void Validate(string name, string path, Faults faults)
    {
        if (name.Length == 0)
        {
            faults.Required(path);
        }

        if (name.Length > Longest)
        {
            faults.Add(Machinery.FieldError.TooLong(path, Longest));
        }

        faults.Invalid(path, name, ObjectNames.DnsSubdomainErrors(name.ToLowerInvariant()));
    }
}
