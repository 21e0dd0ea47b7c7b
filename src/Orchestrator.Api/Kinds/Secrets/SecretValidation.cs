using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds.ConfigMaps;

namespace Orchestrator.Api.Kinds.Secrets;

/// <summary>The rules of a Secret: its keys, its size, and what each type must hold.</summary>
/// <remarks>Upstream: ValidateSecret and ValidateSecretUpdate.</remarks>
internal static class SecretValidation
{
    /// <summary>Validates a Secret.</summary>
    public static Faults Validate(JsonObject secret)
    {
        var faults = new Faults();
        var size = 0L;
        foreach (var (key, value) in secret.Map("data"))
        {
            faults.Invalid($"data[{key}]", key, Formats.ConfigKey(key));
            size += value.Length / 4 * 3;
        }

        if (size > ConfigMapValidation.MaxSize)
        {
            faults.Add(Machinery.FieldError.TooLong("data", ConfigMapValidation.MaxSize));
        }

        ValidateType(secret, faults);
        return faults;
    }

    /// <summary>Validates a change: the type stays, and an immutable Secret stays altogether.</summary>
    public static Faults ValidateUpdate(JsonObject secret, JsonObject old)
    {
        var faults = new Faults();
        faults.Immutable("type", secret["type"], old["type"]);
        ConfigMapValidation.ValidateImmutable(secret, old, faults, "data");
        faults.AddRange(Validate(secret));
        return faults;
    }

    private static void ValidateType(JsonObject secret, Faults faults)
    {
        var data = secret.Object("data");
        switch (secret.Text("type"))
        {
            case "kubernetes.io/service-account-token":
                if (secret.Object("metadata").Object("annotations").Text("kubernetes.io/service-account.name").Length == 0)
                {
                    faults.Required("metadata.annotations[kubernetes.io/service-account.name]");
                }

                break;
            case "kubernetes.io/dockercfg":
                RequireJson(data, ".dockercfg", faults);
                break;
            case "kubernetes.io/dockerconfigjson":
                RequireJson(data, ".dockerconfigjson", faults);
                break;
            case "kubernetes.io/basic-auth" when !data.Has("username") && !data.Has("password"):
                faults.Required("data[username]");
                faults.Required("data[password]");
                break;
            case "kubernetes.io/ssh-auth" when data.Text("ssh-privatekey").Length == 0:
                faults.Required("data[ssh-privatekey]");
                break;
            case "kubernetes.io/tls":
                RequireKey(data, "tls.crt", faults);
                RequireKey(data, "tls.key", faults);
                break;
            default:
                break;
        }
    }

    private static void RequireKey(JsonObject? data, string key, Faults faults)
    {
        if (!data.Has(key))
        {
            faults.Required($"data[{key}]");
        }
    }

    private static void RequireJson(JsonObject? data, string key, Faults faults)
    {
        if (!data.Has(key))
        {
            faults.Required($"data[{key}]");
        }
        else if (!IsJson(data.Text(key)))
        {
            // The value is secret: upstream says so instead of printing it.
            faults.Invalid($"data[{key}]", "<secret contents redacted>", "invalid JSON");
        }
    }

    private static bool IsJson(string base64)
    {
        var bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, bytes, out var length))
        {
            return false;
        }

        try
        {
            using var parsed = JsonDocument.Parse(bytes.AsMemory(0, length));
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
