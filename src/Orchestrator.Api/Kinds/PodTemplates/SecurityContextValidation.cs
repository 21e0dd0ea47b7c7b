using System.Text.Json.Nodes;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Kinds.PodTemplates;

/// <summary>The rules of security contexts of pods and containers.</summary>
/// <remarks>Upstream: ValidateSecurityContext and validatePodSpecSecurityContext.</remarks>
internal static class SecurityContextValidation
{
    private const long LargestId = int.MaxValue;
    private const string IdRange = "must be between 0 and 2147483647, inclusive";

    /// <summary>Validates the context of a pod.</summary>
    public static void ValidatePod(JsonObject? context, string path, Faults faults)
    {
        ValidateIds(context, path, faults);
        ValidateId(context.Integer("fsGroup"), path + ".fsGroup", faults);
        var groups = context.Array("supplementalGroups")?.Select(JsonReading.AsInteger).ToList() ?? [];
        for (var i = 0; i < groups.Count; i++)
        {
            ValidateId(groups[i], $"{path}.supplementalGroups[{i}]", faults);
        }

        faults.OneOfIfSet(path + ".fsGroupChangePolicy", context.Text("fsGroupChangePolicy"), EnumTypes.PodFSGroupChangePolicy);
        ValidateSysctls(context, path + ".sysctls", faults);
        ValidateSeccomp(context.Object("seccompProfile"), path + ".seccompProfile", faults);
    }

    /// <summary>Validates the context of a container.</summary>
    public static void ValidateContainer(JsonObject? context, string path, Faults faults)
    {
        if (context is null)
        {
            return;
        }

        ValidateIds(context, path, faults);
        faults.OneOfIfSet(path + ".procMount", context.Text("procMount"), EnumTypes.ProcMountType);
        ValidateSeccomp(context.Object("seccompProfile"), path + ".seccompProfile", faults);
        if (!context.Has("allowPrivilegeEscalation") || context.Flag("allowPrivilegeEscalation"))
        {
            return;
        }

        if (context.Flag("privileged"))
        {
            faults.Invalid(path, context, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
        }

        if (context.Object("capabilities").Texts("add").Any(capability => capability == "CAP_SYS_ADMIN"))
        {
            faults.Invalid(path, context, "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN");
        }
    }

    private static void ValidateIds(JsonObject? context, string path, Faults faults)
    {
        ValidateId(context.Integer("runAsUser"), path + ".runAsUser", faults);
        ValidateId(context.Integer("runAsGroup"), path + ".runAsGroup", faults);
    }

    private static void ValidateId(long? id, string path, Faults faults)
    {
        if (id is < 0 or > LargestId)
        {
            faults.Invalid(path, id, IdRange);
        }
    }

    private static void ValidateSeccomp(JsonObject? profile, string path, Faults faults)
    {
        if (profile is null)
        {
            return;
        }

        var type = profile.Text("type");
        faults.OneOf(path + ".type", type, EnumTypes.SeccompProfileType);
        var localhost = profile.Text("localhostProfile");
        if (type == "Localhost")
        {
            if (localhost.Length == 0)
            {
                faults.Required(path + ".localhostProfile", "must be set when seccomp type is Localhost");
            }
            else
            {
                VolumeMountValidation.ValidateLocalDescendingPath(localhost, path + ".localhostProfile", faults);
            }
        }
        else if (profile.Has("localhostProfile"))
        {
            faults.Invalid(path + ".localhostProfile", localhost, "can only be set when seccomp type is Localhost");
        }
    }

    private static void ValidateSysctls(JsonObject? context, string path, Faults faults)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var sysctls = context.Items("sysctls").ToList();
        for (var i = 0; i < sysctls.Count; i++)
        {
            var name = sysctls[i].Text("name");
            if (name.Length == 0)
            {
                faults.Required($"{path}[{i}].name");
            }
            else if (!names.Add(name))
            {
                faults.Duplicate($"{path}[{i}].name", name);
            }
        }
    }
}
