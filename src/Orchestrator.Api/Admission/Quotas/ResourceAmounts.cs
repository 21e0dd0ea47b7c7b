using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds.PodTemplates;
using Orchestrator.Api.Quantities;

namespace Orchestrator.Api.Admission.Quotas;

/// <summary>Amounts by the names of resources, with the arithmetic of quotas.</summary>
/// <remarks>Upstream: apiserver/pkg/quota/v1/resources.go.</remarks>
internal static class ResourceAmounts
{
    /// <summary>Reads a ResourceList.</summary>
    public static SortedDictionary<string, Quantity> Read(JsonObject? list)
    {
        var amounts = Empty();
        foreach (var (name, amount) in list ?? [])
        {
            amounts[name] = ResourceValidation.Amount(amount);
        }

        return amounts;
    }

    /// <summary>No amounts.</summary>
    public static SortedDictionary<string, Quantity> Empty() => new(StringComparer.Ordinal);

    /// <summary>A number of objects.</summary>
    public static Quantity Count(long number) => new(number);

    /// <summary>Writes a ResourceList.</summary>
    public static JsonObject Write(IEnumerable<KeyValuePair<string, Quantity>> amounts)
    {
        var list = new JsonObject();
        foreach (var (name, amount) in amounts)
        {
            list[name] = amount.ToString();
        }

        return list;
    }

    /// <summary>Adds amounts to a sum.</summary>
    public static void AddTo(this IDictionary<string, Quantity> sum, IEnumerable<KeyValuePair<string, Quantity>> amounts)
    {
        foreach (var (name, amount) in amounts)
        {
            sum[name] = sum.TryGetValue(name, out var so) ? so + amount : amount;
        }
    }

    /// <summary>Raises amounts to at least the given ones.</summary>
    public static void RaiseTo(this IDictionary<string, Quantity> amounts, IEnumerable<KeyValuePair<string, Quantity>> floor)
    {
        foreach (var (name, amount) in floor)
        {
            amounts[name] = amounts.TryGetValue(name, out var so) ? Quantity.Max(so, amount) : amount;
        }
    }

    /// <summary>What is asked for beyond what was had; never below zero: what is given back, the quota's controller counts.</summary>
    public static SortedDictionary<string, Quantity> Beyond(this IDictionary<string, Quantity> asked, IDictionary<string, Quantity> had)
    {
        var beyond = Empty();
        foreach (var (name, amount) in asked)
        {
            var more = had.TryGetValue(name, out var before) ? amount - before : amount;
            beyond[name] = more.Sign < 0 ? Quantity.Zero : more;
        }

        return beyond;
    }

    /// <summary>The form of messages: <c>cpu=1,pods=2</c>, in the order of the names.</summary>
    public static string Print(IEnumerable<KeyValuePair<string, Quantity>> amounts) =>
        string.Join(',', amounts.OrderBy(amount => amount.Key, StringComparer.Ordinal).Select(amount => $"{amount.Key}={amount.Value}"));
}
