namespace Orchestrator.Api.Quantities;

/// <summary>How a quantity is written: it keeps the family of suffixes that it was given in.</summary>
public enum QuantityFormat
{
    /// <summary>Powers of ten with a letter: n, u, m, k, M, G, T, P, E.</summary>
    DecimalSI,

    /// <summary>Powers of 1024: Ki, Mi, Gi, Ti, Pi, Ei.</summary>
    BinarySI,

    /// <summary>Powers of ten as an exponent: 1e6.</summary>
    DecimalExponent,
}
