using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Libraries;

/// <summary>IP addresses and networks.</summary>
/// <remarks>Upstream: pkg/cel/library/ip.go and cidr.go of the apiserver.</remarks>
internal static class NetworkLibrary
{
    public static void Declare(CelLibraryBuilder builder)
    {
        var functions = builder.Functions;
        var (ip, cidr) = (CelAddress.TypeOfAddresses, CelNetwork.TypeOfNetworks);
        builder.Type(ip);
        builder.Type(cidr);
        functions.Global("ip", "string_to_ip", [CelType.String], ip, static arguments => Address(arguments[0]));
        functions.Global("isIP", "is_ip", [CelType.String], CelType.Bool, static arguments => CelBool.Of(Address(arguments[0]) is CelAddress));
        functions.Global("ip.isCanonical", "ip_is_canonical", [CelType.String], CelType.Bool, static arguments =>
            Address(arguments[0]) is CelAddress address ? CelBool.Of(address.ToString() == ((CelString)arguments[0]).Value) : Address(arguments[0]));
        functions.Global("string", "ip_to_string", [ip], CelType.String, static arguments => CelString.Of(arguments[0].ToString()!));
        functions.Member("family", "ip_family", [ip], CelType.Int, static arguments => CelInt.Of(((CelAddress)arguments[0]).Family));
        Test(builder, "isUnspecified", "ip_is_unspecified", static address => address.IsUnspecified);
        Test(builder, "isLoopback", "ip_is_loopback", static address => address.IsLoopback);
        Test(builder, "isLinkLocalMulticast", "ip_is_link_local_multicast", static address => address.IsLinkLocalMulticast);
        Test(builder, "isLinkLocalUnicast", "ip_is_link_local_unicast", static address => address.IsLinkLocalUnicast);
        Test(builder, "isGlobalUnicast", "ip_is_global_unicast", static address => address.IsGlobalUnicast);
        functions.Global("cidr", "string_to_cidr", [CelType.String], cidr, static arguments => Network(arguments[0]));
        functions.Global("isCIDR", "is_cidr", [CelType.String], CelType.Bool, static arguments => CelBool.Of(Network(arguments[0]) is CelNetwork));
        functions.Global("string", "cidr_to_string", [cidr], CelType.String, static arguments => CelString.Of(arguments[0].ToString()!));
        functions.Member("containsIP", "cidr_contains_ip_string", [cidr, CelType.String], CelType.Bool, static arguments => ContainsAddress(arguments[0], Address(arguments[1])));
        functions.Member("containsIP", "cidr_contains_ip_ip", [cidr, ip], CelType.Bool, static arguments => ContainsAddress(arguments[0], arguments[1]));
        functions.Member("containsCIDR", "cidr_contains_cidr_string", [cidr, CelType.String], CelType.Bool, static arguments => ContainsNetwork(arguments[0], Network(arguments[1])));
        functions.Member("containsCIDR", "cidr_contains_cidr", [cidr, cidr], CelType.Bool, static arguments => ContainsNetwork(arguments[0], arguments[1]));
        functions.Member("ip", "cidr_ip", [cidr], ip, static arguments => ((CelNetwork)arguments[0]).Address);
        functions.Member("prefixLength", "cidr_prefix_length", [cidr], CelType.Int, static arguments => CelInt.Of(((CelNetwork)arguments[0]).Bits));
        functions.Member("masked", "cidr_masked", [cidr], cidr, static arguments => ((CelNetwork)arguments[0]).Masked());
    }

    private static void Test(CelLibraryBuilder builder, string name, string id, Func<CelAddress, bool> test) =>
        builder.Functions.Member(name, id, [CelAddress.TypeOfAddresses], CelType.Bool, arguments => CelBool.Of(test((CelAddress)arguments[0])));

    private static CelValue Address(CelValue text) => (CelValue?)CelAddress.Parse(((CelString)text).Value, out var error) ?? new CelError(error);

    private static CelValue Network(CelValue text) =>
        (CelValue?)CelNetwork.Parse(((CelString)text).Value, out var error) ?? new CelError($"network address parse error during conversion from string: {error}");

    private static CelValue ContainsAddress(CelValue network, CelValue address) => address is CelAddress given ? CelBool.Of(((CelNetwork)network).Contains(given)) : address;

    private static CelValue ContainsNetwork(CelValue network, CelValue other) => other is CelNetwork given ? CelBool.Of(((CelNetwork)network).Contains(given)) : other;
}
