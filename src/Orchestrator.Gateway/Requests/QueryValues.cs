namespace Orchestrator.Gateway.Requests;

/// <summary>Reads query parameters as upstream's conversion does: a switch without a value is on, and unknown words are on as well.</summary>
/// <remarks>Upstream: apimachinery/pkg/runtime/conversion.go, Convert_Slice_string_To_bool.</remarks>
internal static class QueryValues
{
    /// <summary>The value of a boolean parameter that is present.</summary>
    public static bool IsTrue(string value) => !value.Equals("0", StringComparison.Ordinal) && !value.Equals("false", StringComparison.OrdinalIgnoreCase);
}
