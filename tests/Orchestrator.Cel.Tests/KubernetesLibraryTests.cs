using Orchestrator.Cel.Libraries;

namespace Orchestrator.Cel.Tests;

/// <summary>What the documentation of Kubernetes' libraries promises, one line each.</summary>
public sealed class KubernetesLibraryTests
{
    [Theory]
    [InlineData("[1, 2, 3].isSorted()", "true")]
    [InlineData("['b', 'a'].isSorted()", "false")]
    [InlineData("[1.5, 2.5].sum()", "4")]
    [InlineData("[].sum() == 0", "true")]
    [InlineData("[3, 1, 2].min()", "1")]
    [InlineData("['a', 'c', 'b'].max()", "c")]
    [InlineData("[1].filter(i, i > 1).max()", "error: max called on empty list")]
    [InlineData("[1, 2, 2, 3].indexOf(2)", "1")]
    [InlineData("['a', 'b', 'b', 'c'].lastIndexOf('b')", "2")]
    [InlineData("[1.0].indexOf(1.1)", "-1")]
    [InlineData("duration('1m') in [duration('60s')]", "true")]
    public void Lists_of_Kubernetes(string expression, string expected) => Assert.Equal(expected, CelCases.Outcome(expression));

    [Theory]
    [InlineData("[1, 2, 3, 4].slice(1, 3)", "[2 3]")]
    [InlineData("[1, 2].slice(0, 3)", "error: cannot slice(0, 3), list is length 2")]
    [InlineData("[1, 2].slice(2, 1)", "error: cannot slice(2, 1), start index must be less than or equal to end index")]
    [InlineData("[[1, 2], [3]].flatten()", "[1 2 3]")]
    [InlineData("[[[1], [2]], [[3]]].flatten(2)", "[1 2 3]")]
    [InlineData("[3, 1, 2].sort()", "[1 2 3]")]
    [InlineData("['bb', 'a', 'ccc'].sortBy(s, -size(s))", "[ccc bb a]")]
    [InlineData("[1, 2, 2, 3, 3].distinct()", "[1 2 3]")]
    [InlineData("[5, 1, 2].reverse()", "[2 1 5]")]
    [InlineData("lists.range(3)", "[0 1 2]")]
    [InlineData("lists.range(-1)", "error: lists.range: size must be non-negative, got -1")]
    public void Lists_of_the_extension(string expression, string expected) => Assert.Equal(expected, CelCases.Outcome(expression));

    [Theory]
    [InlineData("sets.contains([1, 2, 3], [2, 3])", "true")]
    [InlineData("sets.contains([1], [2])", "false")]
    [InlineData("sets.equivalent([1, 1], [1])", "true")]
    [InlineData("sets.intersects([1, 2], [2, 3])", "true")]
    public void Sets(string expression, string expected) => Assert.Equal(expected, CelCases.Outcome(expression));

    [Theory]
    [InlineData("'abc 123'.find('[0-9]+')", "123")]
    [InlineData("'abc'.find('x')", "")]
    [InlineData("'123 abc 456'.findAll('[0-9]+')", "[123 456]")]
    [InlineData("'123 abc 456'.findAll('[0-9]+', 1)", "[123]")]
    [InlineData("'a' .matches('^(?i)A$')", "true")]
    [InlineData("'😀'.matches('^.$')", "true")]
    [InlineData("'ab\\n'.matches('b$')", "false")]
    [InlineData("'x٣'.matches('\\\\d')", "false")]
    [InlineData("'naïve'.matches('^[[:alpha:]]+$')", "false")]
    [InlineData("'É'.matches('^\\\\p{Lu}$')", "true")]
    [InlineData("'aaa'.matches('^a{2,3}$')", "true")]
    [InlineData("'a.b'.matches('^a\\\\Q.\\\\Eb$')", "true")]
    public void Regular_expressions(string expression, string expected) => Assert.Equal(expected, CelCases.Outcome(expression));

    [Theory]
    [InlineData("(abc", "error parsing regexp: missing closing ): `(abc`")]
    [InlineData("abc)", "error parsing regexp: unexpected ): `abc)`")]
    [InlineData("[abc", "error parsing regexp: missing closing ]: `[abc`")]
    [InlineData("*a", "error parsing regexp: missing argument to repetition operator: `*`")]
    [InlineData("a**", "error parsing regexp: invalid nested repetition operator: `**`")]
    [InlineData("a{1001}", "error parsing regexp: invalid repeat count: `{1001}`")]
    [InlineData("(?=a)", "error parsing regexp: invalid or unsupported Perl syntax: `(?=`")]
    [InlineData("(?<!a)", "error parsing regexp: invalid or unsupported Perl syntax: `(?<!`")]
    [InlineData("\\8", "error parsing regexp: invalid escape sequence: `\\8`")]
    [InlineData("[z-a]", "error parsing regexp: invalid character class range: `z-a`")]
    [InlineData("a\\", "error parsing regexp: trailing backslash at end of expression: ``")]
    public void What_is_no_regular_expression_says_why(string pattern, string expected) => Assert.Equal(expected, CelRegex.Compile(pattern).Error);

    [Theory]
    [InlineData("url('https://example.com:80/path?k=a&k=b#x').getHost()", "example.com:80")]
    [InlineData("url('https://[::1]:80/').getHostname()", "::1")]
    [InlineData("url('https://example.com:80/').getPort()", "80")]
    [InlineData("url('/path').getScheme()", "")]
    [InlineData("url('https://example.com/path with spaces/').getEscapedPath()", "/path%20with%20spaces/")]
    [InlineData("url('https://example.com/?k1=a&k2=b&k2=c').getQuery()['k2']", "[b c]")]
    [InlineData("url('https://example.com').getEscapedPath()", "")]
    [InlineData("isURL('https://example.com:80/')", "true")]
    [InlineData("isURL('../relative-path')", "false")]
    [InlineData("url('../relative-path').getHost()", "error: URL parse error during conversion from string: parse \"../relative-path\": invalid URI for request")]
    [InlineData("url('https://a:b:c/').getHost()", "error: URL parse error during conversion from string: parse \"https://a:b:c/\": invalid port \":c\" after host")]
    public void Urls(string expression, string expected) => Assert.Equal(expected, CelCases.Outcome(expression));

    [Theory]
    [InlineData("quantity('1.5Gi').isGreaterThan(quantity('1Gi'))", "true")]
    [InlineData("quantity('200M').compareTo(quantity('0.2G'))", "0")]
    [InlineData("quantity('50k').add(quantity('20')).sub(quantity('20')) == quantity('50000')", "true")]
    [InlineData("quantity('50Mi').asInteger()", "52428800")]
    [InlineData("quantity('50.7Mi').isInteger()", "false")]
    [InlineData("quantity('9999999999999999999999').asInteger()", "9223372036854775807")]
    [InlineData("quantity('50m').asInteger()", "error: cannot convert value to integer")]
    [InlineData("quantity('1500m').asApproximateFloat()", "1.5")]
    [InlineData("sign(quantity('-1'))", "-1")]
    [InlineData("isQuantity('1.3Gi')", "true")]
    [InlineData("isQuantity('1,3G')", "false")]
    [InlineData("isQuantity('1e3')", "true")]
    [InlineData("quantity('10MM')", "error: unable to parse quantity's suffix")]
    [InlineData("quantity('')", "error: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")]
    [InlineData("type(quantity('1')) == kubernetes.Quantity", "true")]
    public void Quantities(string expression, string expected)
    {
        var outcome = CelCases.Outcome(expression);
        Assert.Equal(expected, outcome);
    }

    [Theory]
    [InlineData("ip('192.168.0.1').family()", "4")]
    [InlineData("ip('::1').isLoopback()", "true")]
    [InlineData("ip('fe80::1').isLinkLocalUnicast()", "true")]
    [InlineData("ip('224.0.0.5').isLinkLocalMulticast()", "true")]
    [InlineData("ip('0.0.0.0').isUnspecified()", "true")]
    [InlineData("ip('8.8.8.8').isGlobalUnicast()", "true")]
    [InlineData("ip.isCanonical('2001:DB8::abcd')", "false")]
    [InlineData("ip.isCanonical('2001:db8::abcd')", "true")]
    [InlineData("string(ip('2001:0db8:0:0:0:0:0:1'))", "2001:db8::1")]
    [InlineData("isIP('127.0.0.01')", "false")]
    [InlineData("isIP('::ffff:1.2.3.4')", "false")]
    [InlineData("isIP('fe80::1%eth0')", "false")]
    [InlineData("cidr('192.168.0.0/24').containsIP('192.168.0.1')", "true")]
    [InlineData("cidr('192.168.0.0/24').containsIP(ip('192.168.1.1'))", "false")]
    [InlineData("cidr('192.168.0.0/16').containsCIDR('192.168.10.0/24')", "true")]
    [InlineData("cidr('192.168.0.0/24').containsCIDR(cidr('192.168.0.0/16'))", "false")]
    [InlineData("cidr('::1/128').ip() == ip('::1')", "true")]
    [InlineData("cidr('192.168.1.5/24').masked() == cidr('192.168.1.0/24')", "true")]
    [InlineData("string(cidr('192.168.1.5/24'))", "192.168.1.5/24")]
    [InlineData("cidr('10.0.0.0/8').prefixLength()", "8")]
    [InlineData("isCIDR('10.0.0.0')", "false")]
    [InlineData("ip('::ffff:1.2.3.4')", "error: IPv4-mapped IPv6 address \"::ffff:1.2.3.4\" is not allowed")]
    public void Addresses_and_networks(string expression, string expected) => Assert.Equal(expected, CelCases.Outcome(expression));

    [Theory]
    [InlineData("format.dns1123Label().validate('my-name').hasValue()", "false")]
    [InlineData("format.dns1123Label().validate('My').value().size()", "1")]
    [InlineData("format.dns1123LabelPrefix().validate('my-').hasValue()", "false")]
    [InlineData("format.qualifiedName().validate('example.com/a/b').hasValue()", "true")]
    [InlineData("format.labelValue().validate('-').hasValue()", "true")]
    [InlineData("format.uuid().validate('123e4567-e89b-12d3-a456-426614174000').hasValue()", "false")]
    [InlineData("format.date().validate('2021-13-01').value()", "[invalid date]")]
    [InlineData("format.byte().validate('aGVsbG8=').hasValue()", "false")]
    [InlineData("format.named('nope').hasValue()", "false")]
    [InlineData("format.named('uri').value().validate('x').hasValue()", "true")]
    public void Formats(string expression, string expected) => Assert.Equal(expected, CelCases.Outcome(expression));

    [Theory]
    [InlineData("semver('1.2.3').isLessThan(semver('1.10.0'))", "true")]
    [InlineData("semver('1.0.0-alpha').compareTo(semver('1.0.0'))", "-1")]
    [InlineData("semver('1.0.0-alpha.1').isLessThan(semver('1.0.0-alpha.beta'))", "true")]
    [InlineData("semver('v01.2', true).minor()", "2")]
    [InlineData("isSemver('v1.0')", "false")]
    [InlineData("isSemver('v1.0', true)", "true")]
    [InlineData("semver('1.2')", "error: No Major.Minor.Patch elements found")]
    [InlineData("semver('1.2-x', true)", "error: short version cannot contain PreRelease/Build meta data")]
    [InlineData("semver('1.2.3+build') == semver('1.2.3')", "true")]
    public void Versions(string expression, string expected) => Assert.Equal(expected, CelCases.Outcome(expression));

    [Theory]
    [InlineData("[1, 2, 3].all(i, v, i < v)", "true")]
    [InlineData("{'a': 1}.exists(k, v, k == 'a' && v == 1)", "true")]
    [InlineData("[4, 5].transformList(i, v, i + v)", "[4 6]")]
    [InlineData("{'a': 1, 'b': 2}.transformMap(k, v, v > 1, v * 10)", "map[b:20]")]
    [InlineData("['x', 'y'].transformMapEntry(i, v, {v: i})", "map[x:0 y:1]")]
    [InlineData("['x', 'x'].transformMapEntry(i, v, {v: i})", "error: insert failed: key x already exists")]
    public void Macros_with_two_variables(string expression, string expected) => Assert.Equal(expected, CelCases.Outcome(expression));

    [Theory]
    [InlineData("math.greatest(1, 2)")]
    [InlineData("base64.encode(b'x')")]
    [InlineData("cel.bind(a, 1, a)")]
    [InlineData("'abc'.reverse()")]
    [InlineData("jsonpatch.escapeKey('a/b')")]
    public void What_Kubernetes_does_not_enable_is_not_there(string expression) => Assert.Null(CelEnvironment.Kubernetes.Compile(expression).Program);

    [Theory]
    [InlineData("math.greatest(1, 2, 3)", "3")]
    [InlineData("base64.decode('aGk') == b'hi'", "true")]
    [InlineData("cel.bind(a, 1 + 1, a * a)", "4")]
    [InlineData("'añ😀'.reverse()", "😀ña")]
    [InlineData("jsonpatch.escapeKey('k8s.io/my~label')", "k8s.io~1my~0label")]
    public void More_can_be_added(string expression, string expected) => Assert.Equal(
        expected,
        CelCases.Outcome(expression, CelEnvironment.Kubernetes.WithLibraries(CelLibrary.Math, CelLibrary.Encoders, CelLibrary.Bindings, CelLibrary.StringsReverse, CelLibrary.JsonPatch)));
}
