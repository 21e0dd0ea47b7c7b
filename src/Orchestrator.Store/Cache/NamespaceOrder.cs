namespace Orchestrator.Store.Cache;

/// <summary>Orders namespaces as their keys are ordered in the store, where <c>/</c> follows the namespace: <c>a-b/x</c> stands before <c>a/x</c>.</summary>
internal sealed class NamespaceOrder : IComparer<string>
{
    /// <summary>The only instance.</summary>
    public static readonly NamespaceOrder Instance = new();

    private NamespaceOrder()
    {
    }

    /// <inheritdoc />
    public int Compare(string? x, string? y)
    {
        var left = x.AsSpan();
        var right = y.AsSpan();
        var shared = left.CommonPrefixLength(right);
        return At(left, shared).CompareTo(At(right, shared));
    }

    private static int At(ReadOnlySpan<char> name, int index) => index < name.Length ? name[index] : index == name.Length ? '/' : -1;
}
