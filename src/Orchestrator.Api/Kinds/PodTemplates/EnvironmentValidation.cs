using System.Text.Json.Nodes;

namespace Orchestrator.Api.Kinds.PodTemplates;

/// <summary>The rules of a container's environment.</summary>
/// <remarks>Upstream: ValidateEnv, validateEnvVarValueFrom and ValidateEnvFrom.</remarks>
internal static class EnvironmentValidation
{
    private static readonly string[] Sources = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"];
    private static readonly string[] FromSources = ["configMapRef", "secretRef"];

    /// <summary>Validates env and envFrom.</summary>
    public static void Validate(JsonObject container, string path, Faults faults)
    {
        var variables = container.Items("env").ToList();
        for (var i = 0; i < variables.Count; i++)
        {
            var at = $"{path}.env[{i}]";
            var name = variables[i].Text("name");
            if (name.Length == 0)
            {
                faults.Required(at + ".name");
            }
            else
            {
                faults.Invalid(at + ".name", name, Formats.EnvironmentName(name));
            }

            if (variables[i].Object("valueFrom") is { } source)
            {
                ValidateSource(source, variables[i].Text("value"), at + ".valueFrom", faults);
            }
        }

        ValidateEnvFrom(container, path + ".envFrom", faults);
    }

    private static void ValidateSource(JsonObject source, string value, string path, Faults faults)
    {
        var count = Sources.Count(source.Has);
        if (source.Object("fieldRef") is { } field)
        {
            FieldReferences.Validate(field, FieldReferences.OfEnvironment, path + ".fieldRef", faults);
        }

        if (source.Object("resourceFieldRef") is { } resource)
        {
            FieldReferences.ValidateResource(resource, needsContainer: false, path + ".resourceFieldRef", faults);
        }

        ValidateKeyReference(source.Object("configMapKeyRef"), path + ".configMapKeyRef", faults);
        ValidateKeyReference(source.Object("secretKeyRef"), path + ".secretKeyRef", faults);
        if (count == 0)
        {
            faults.Invalid(path, "", "must specify one of: `configMapKeyRef`, `fieldRef`, `fileKeyRef`, `resourceFieldRef` or `secretKeyRef`");
        }

        if (value.Length > 0 && count > 0)
        {
            faults.Invalid(path, "", "may not be specified when `value` is not empty");
        }
        else if (count > 1)
        {
            faults.Invalid(path, "", "may not have more than one field specified at a time");
        }
    }

    private static void ValidateKeyReference(JsonObject? reference, string path, Faults faults)
    {
        if (reference is null)
        {
            return;
        }

        ValidateName(reference, path, faults);
        var key = reference.Text("key");
        if (key.Length == 0)
        {
            faults.Required(path + ".key");
        }
        else
        {
            faults.Invalid(path + ".key", key, Formats.ConfigKey(key));
        }
    }

    private static void ValidateEnvFrom(JsonObject container, string path, Faults faults)
    {
        var sources = container.Items("envFrom").ToList();
        for (var i = 0; i < sources.Count; i++)
        {
            var at = $"{path}[{i}]";
            if (sources[i].Text("prefix") is { Length: > 0 } prefix)
            {
                faults.Invalid(at + ".prefix", prefix, Formats.EnvironmentName(prefix));
            }

            var named = FromSources.Where(sources[i].Has).ToList();
            foreach (var name in named)
            {
                ValidateName(sources[i].Object(name), $"{at}.{name}", faults);
            }

            if (named.Count == 0)
            {
                faults.Invalid(path, "", "must specify one of: `configMapRef` or `secretRef`");
            }
            else if (named.Count > 1)
            {
                faults.Invalid(path, "", "may not have more than one field specified at a time");
            }
        }
    }

    private static void ValidateName(JsonObject? reference, string path, Faults faults)
    {
        if (reference.Text("name") is not { Length: > 0 } name)
        {
            faults.Required(path + ".name");
            return;
        }

        faults.Invalid(path + ".name", name, ObjectNames.DnsSubdomainErrors(name));
    }
}
