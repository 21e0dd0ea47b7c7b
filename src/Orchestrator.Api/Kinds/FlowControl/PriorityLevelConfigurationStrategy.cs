using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.FlowControl;

/// <summary>What PriorityLevelConfigurations add to the common write path.</summary>
/// <remarks>Upstream: pkg/apis/flowcontrol/v1/defaults.go and ValidatePriorityLevelConfigurationSpec.</remarks>
internal sealed class PriorityLevelConfigurationStrategy : StatusStrategy
{
    private const int MostQueues = 10_000_000;

    /// <inheritdoc />
    public override GroupResource Resource => new("flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations");

    /// <inheritdoc />
    public override void Default(JsonObject obj)
    {
        var spec = obj.Object("spec");
        if (spec.Object("limited") is { } limited)
        {
            limited.DefaultInteger("nominalConcurrencyShares", 30);
            limited.DefaultInteger("lendablePercent", 0);
            if (limited.Object("limitResponse").Object("queuing") is { } queuing)
            {
                queuing.DefaultNonZero("queues", 64);
                queuing.DefaultNonZero("handSize", 8);
                queuing.DefaultNonZero("queueLengthLimit", 50);
            }
        }

        if (spec.Object("exempt") is { } exempt)
        {
            exempt.DefaultInteger("nominalConcurrencyShares", 0);
            exempt.DefaultInteger("lendablePercent", 0);
        }
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        var spec = obj.Object("spec");
        if (obj.Object("metadata").Text("name") == "exempt" != (spec.Text("type") == "Exempt"))
        {
            faults.Invalid("spec.type", spec.Text("type"), "type must be 'Exempt' if and only if name is 'exempt'");
        }

        switch (spec.Text("type"))
        {
            case "Exempt":
                if (spec.Has("limited"))
                {
                    faults.Forbidden("spec.limited", "must be nil if the type is not Limited");
                }

                ValidateShares(spec.Object("exempt"), "spec.exempt", 0, faults);
                break;
            case "Limited":
                if (spec.Has("exempt"))
                {
                    faults.Forbidden("spec.exempt", "must be nil if the type is Limited");
                }

                if (spec.Object("limited") is { } limited)
                {
                    ValidateShares(limited, "spec.limited", 0, faults);
                    ValidateResponse(limited.Object("limitResponse"), "spec.limited.limitResponse", faults);
                }
                else
                {
                    faults.Required("spec.limited", "must not be empty when type is Limited");
                }

                break;
            default:
                faults.NotSupported("spec.type", spec.Text("type"), "Exempt", "Limited");
                break;
        }

        return faults;
    }

    private static void ValidateShares(JsonObject? level, string path, long least, Faults faults)
    {
        if (level.Integer("nominalConcurrencyShares") < least)
        {
            faults.Invalid(path + ".nominalConcurrencyShares", level.Integer("nominalConcurrencyShares"), "must be a non-negative integer");
        }

        if (level.Integer("lendablePercent") is < 0 or > 100)
        {
            faults.Invalid(path + ".lendablePercent", level.Integer("lendablePercent"), "must be between 0 and 100, inclusive");
        }

        if (level.Integer("borrowingLimitPercent") < 0)
        {
            faults.Invalid(path + ".borrowingLimitPercent", level.Integer("borrowingLimitPercent"), "if specified, must be a non-negative integer");
        }
    }

    private static void ValidateResponse(JsonObject? response, string path, Faults faults)
    {
        switch (response.Text("type"))
        {
            case "Reject":
                if (response.Has("queuing"))
                {
                    faults.Forbidden(path + ".queuing", "must be nil if limited.limitResponse.type is not Limited");
                }

                break;
            case "Queue":
                if (response.Object("queuing") is { } queuing)
                {
                    ValidateQueuing(queuing, path + ".queuing", faults);
                }
                else
                {
                    faults.Required(path + ".queuing", "must not be empty if limited.limitResponse.type is Limited");
                }

                break;
            default:
                faults.NotSupported(path + ".type", response.Text("type"), "Queue", "Reject");
                break;
        }
    }

    private static void ValidateQueuing(JsonObject queuing, string path, Faults faults)
    {
        var (queues, hand) = (queuing.Integer("queues") ?? 0, queuing.Integer("handSize") ?? 0);
        if (queuing.Integer("queueLengthLimit") <= 0)
        {
            faults.Invalid(path + ".queueLengthLimit", queuing.Integer("queueLengthLimit"), "must be positive");
        }

        if (queues <= 0)
        {
            faults.Invalid(path + ".queues", queues, "must be positive");
        }
        else if (queues > MostQueues)
        {
            faults.Invalid(path + ".queues", queues, $"must not be greater than {MostQueues}");
        }

        if (hand <= 0)
        {
            faults.Invalid(path + ".handSize", hand, "must be positive");
        }
        else if (hand > queues)
        {
            faults.Invalid(path + ".handSize", hand, $"should not be greater than queues ({queues})");
        }
    }
}
