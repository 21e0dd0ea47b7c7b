using FsCheck.Xunit;
using Orchestrator.Api.Quantities;
using Xunit;

namespace Orchestrator.Api.Tests.Quantities;

public sealed class QuantityTests
{
    private const string FormatWrong = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
    private const string SuffixWrong = "unable to parse quantity's suffix";

    [Theory]
    [InlineData("0", "0")]
    [InlineData("00Mi", "0")]
    [InlineData("0.5", "500m")]
    [InlineData("1000m", "1")]
    [InlineData("100m", "100m")]
    [InlineData("1024Mi", "1Gi")]
    [InlineData("1500Mi", "1500Mi")]
    [InlineData("1.5Gi", "1536Mi")]
    [InlineData("0.5Ki", "512")]
    [InlineData("1023", "1023")]
    [InlineData("1000", "1k")]
    [InlineData("12000000", "12M")]
    [InlineData("1e3", "1e3")]
    [InlineData("10e3", "10e3")]
    [InlineData("1e4", "10e3")]
    [InlineData("1E", "1E")]
    [InlineData("1Ei", "1Ei")]
    [InlineData("1.500", "1.500")]
    [InlineData("1.5", "1500m")]
    [InlineData("0.0000000001", "1n")]
    [InlineData("-0.0000000001", "-1n")]
    [InlineData("100Ei", "9223372036854775807")]
    [InlineData("-1Ki", "-1Ki")]
    [InlineData("1.1Mi", "1153433600m")]
    [InlineData("0.1Ki", "102400m")]
    [InlineData("1000E", "1e21")]
    public void Is_written_in_canonical_form(string text, string canonical) =>
        Assert.Equal(canonical, Quantity.Parse(text).ToString());

    [Theory]
    [InlineData("", FormatWrong)]
    [InlineData(" 1", FormatWrong)]
    [InlineData("1 Gi", FormatWrong)]
    [InlineData("1.1.M", FormatWrong)]
    [InlineData("abc", FormatWrong)]
    [InlineData("1i", SuffixWrong)]
    [InlineData("1ki", SuffixWrong)]
    [InlineData("1e", SuffixWrong)]
    [InlineData("1e999999999", SuffixWrong)]
    [InlineData("1mm", SuffixWrong)]
    public void Text_that_is_no_quantity_is_refused_with_the_reason(string text, string fault)
    {
        Assert.Equal(fault, Quantity.Fault(text));
        Assert.False(Quantity.TryParse(text, out _));
        Assert.Equal(fault, Assert.Throws<FormatException>(() => Quantity.Parse(text)).Message);
    }

    [Theory]
    [InlineData("1.0001", 1001, 2)]
    [InlineData("100m", 100, 1)]
    [InlineData("-100m", -100, -1)]
    [InlineData("2Ki", 2048000, 2048)]
    [InlineData("1e30", long.MaxValue, long.MaxValue)]
    public void Values_are_rounded_away_from_zero(string text, long milli, long value) =>
        Assert.Equal((milli, value), (Quantity.Parse(text).MilliValue, Quantity.Parse(text).Value));

    [Theory]
    [InlineData("1Gi", "512Mi", "1536Mi")]
    [InlineData("0", "512Mi", "512Mi")]
    [InlineData("100m", "1", "1100m")]
    public void Sum_is_written_like_its_first_part(string left, string right, string sum)
    {
        Assert.Equal(sum, (Quantity.Parse(left) + Quantity.Parse(right)).ToString());
        Assert.Equal(Quantity.Parse(left), Quantity.Parse(sum) - Quantity.Parse(right));
    }

    [Theory]
    [InlineData("1", "1000m", 0)]
    [InlineData("1Ki", "1k", 1)]
    [InlineData("999m", "1", -1)]
    public void Amounts_compare_however_they_are_written(string left, string right, int order) =>
        Assert.Equal(order, Quantity.Parse(left).CompareTo(Quantity.Parse(right)));

    [Theory]
    [InlineData("1.0001", "1001m")]
    [InlineData("1n", "1m")]
    [InlineData("250m", "250m")]
    public void Rounds_up_to_thousandths(string text, string rounded) => Assert.Equal(rounded, Quantity.Parse(text).RoundedToMilli().ToString());

    [Property]
    public bool Canonical_text_reads_back_as_the_same_amount(long milli, bool binary)
    {
        var quantity = Quantity.FromMilli(milli, binary ? QuantityFormat.BinarySI : QuantityFormat.DecimalSI);
        return Quantity.Parse(quantity.ToString()) == quantity;
    }
}
