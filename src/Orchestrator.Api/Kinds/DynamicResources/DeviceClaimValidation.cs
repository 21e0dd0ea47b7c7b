using System.Text.Json.Nodes;

namespace Orchestrator.Api.Kinds.DynamicResources;

/// <summary>The rules of what a claim asks for.</summary>
/// <remarks>Upstream: validateDeviceClaim and its kin.</remarks>
internal static class DeviceClaimValidation
{
    private const string NotARequest = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";

    /// <summary>Fills in how many devices a request is for.</summary>
    /// <remarks>Upstream: SetDefaults_ExactDeviceRequest and SetDefaults_DeviceSubRequest.</remarks>
    public static void Default(JsonObject? spec)
    {
        foreach (var request in spec.Object("devices").Items("requests"))
        {
            foreach (var asked in request.Items("firstAvailable").Append(request.Object("exactly")).OfType<JsonObject>())
            {
                asked.DefaultText("allocationMode", "ExactCount");
                if (asked.Text("allocationMode") == "ExactCount")
                {
                    asked.DefaultNonZero("count", 1);
                }
            }
        }
    }

    /// <summary>Validates the spec of a claim.</summary>
    public static void Validate(JsonObject? spec, string path, Faults faults)
    {
        var devices = spec.Object("devices");
        var names = RequestNames(devices);
        DeviceLists.EachOnce(devices.Items("requests"), DeviceBounds.Requests, path + ".devices.requests", faults,
            (request, at) => ValidateRequest(request, at, faults), request => request.Text("name"));
        DeviceLists.Each(devices.Items("constraints"), DeviceBounds.Constraints, path + ".devices.constraints", faults, (constraint, at) =>
        {
            ValidateRequestReferences(constraint, at, names, faults);
            if (constraint.Has("matchAttribute"))
            {
                DeviceNames.ValidateFullyQualified(constraint.Text("matchAttribute"), at + ".matchAttribute", faults);
            }
            else if (constraint.Has("distinctAttribute"))
            {
                DeviceNames.ValidateFullyQualified(constraint.Text("distinctAttribute"), at + ".distinctAttribute", faults);
            }
            else
            {
                faults.Required(at, "exactly one of \"matchAttribute\" or \"distinctAttribute\" is required, but multiple fields are set");
            }
        });
        DeviceLists.Each(devices.Items("config"), DeviceBounds.Configurations, path + ".devices.config", faults, (configuration, at) =>
        {
            ValidateRequestReferences(configuration, at, names, faults);
            DeviceConfigurations.Validate(configuration, at, isStored: false, faults);
        });
    }

    /// <summary>The names by which requests and their alternatives are referred to.</summary>
    public static HashSet<string> RequestNames(JsonObject? devices) =>
    [
        .. devices.Items("requests").SelectMany(request => request.Items("firstAvailable")
            .Select(alternative => $"{request.Text("name")}/{alternative.Text("name")}")
            .Prepend(request.Text("name"))),
    ];

    /// <summary>Validates the list of requests that a constraint or configuration is for.</summary>
    public static void ValidateRequestReferences(JsonObject owner, string path, HashSet<string> names, Faults faults) =>
        DeviceLists.EachOnce(owner.Texts("requests"), DeviceBounds.Requests, path + ".requests", faults, (name, at) => ValidateRequestReference(name, at, names, faults));

    /// <summary>Validates the name of a request, or of one and its alternative.</summary>
    public static void ValidateRequestReference(string name, string path, HashSet<string> names, Faults faults)
    {
        var segments = name.Split('/');
        if (segments.Length > 2)
        {
            faults.Invalid(path, name, NotARequest);
            return;
        }

        foreach (var segment in segments)
        {
            DeviceNames.ValidateLabel(segment, path, faults);
        }

        if (!names.Contains(name))
        {
            faults.Invalid(path, name, NotARequest);
        }
    }

    private static void ValidateRequest(JsonObject request, string path, Faults faults)
    {
        DeviceNames.ValidateLabel(request.Text("name"), path + ".name", faults);
        var (exactly, hasAlternatives) = (request.Object("exactly"), request.Items("firstAvailable").Any());
        if (exactly is null && !hasAlternatives)
        {
            faults.Required(path, "exactly one of `exactly` or `firstAvailable` is required");
        }
        else if (exactly is not null && hasAlternatives)
        {
            faults.Invalid(path, null, "exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set");
        }
        else if (exactly is not null)
        {
            ValidateDevices(exactly, path + ".exactly", faults);
        }
        else
        {
            DeviceLists.EachOnce(request.Items("firstAvailable"), DeviceBounds.Alternatives, path + ".firstAvailable", faults, (alternative, at) =>
            {
                DeviceNames.ValidateLabel(alternative.Text("name"), at + ".name", faults);
                ValidateDevices(alternative, at, faults);
            }, alternative => alternative.Text("name"));
        }
    }

    private static void ValidateDevices(JsonObject asked, string path, Faults faults)
    {
        var deviceClass = asked.Text("deviceClassName");
        if (deviceClass.Length == 0)
        {
            faults.Required(path + ".deviceClassName");
        }
        else
        {
            faults.Invalid(path + ".deviceClassName", deviceClass, ObjectNames.DnsSubdomainErrors(deviceClass));
        }

        DeviceSelectors.Validate(asked, path + ".selectors", isStored: false, faults);
        var count = asked.Integer("count") ?? 0;
        switch (asked.Text("allocationMode"))
        {
            case "All":
                if (count != 0)
                {
                    faults.Invalid(path + ".count", count, "must not be specified when allocationMode is 'All'");
                }

                break;
            case "ExactCount":
                if (count <= 0)
                {
                    faults.Invalid(path + ".count", count, "must be greater than zero");
                }

                break;
            default:
                faults.NotSupported(path + ".allocationMode", asked.Text("allocationMode"), "All", "ExactCount");
                break;
        }

        DeviceTolerations.Validate(asked, path, faults);
    }
}
