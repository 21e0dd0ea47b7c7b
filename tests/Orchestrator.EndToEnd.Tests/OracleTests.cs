using System.Globalization;
using System.Text.RegularExpressions;
using Orchestrator.EndToEnd.Tests.Harness;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>The API beside a real kube-apiserver: recorded requests and answers, where the recording is at hand beside the repository.</summary>
public sealed partial class OracleTests(ITestOutputHelper output)
{
    /// <summary>Answers whose status code is that of kube-apiserver. Raise it with what is mended; docs/compatibility.md lists the rest.</summary>
    private const int RightStatusCodes = 911;

    /// <summary>Answers that agree in every field and message; a few more do when a controller writes in time.</summary>
    private const int FullAgreements = 904;

    /// <summary>A user of system:masters, and one without rights.</summary>
    private const string Users = """
        oracle-admin,admin,admin-uid,"system:masters"
        oracle-alice,alice,alice-uid,"devs"
        """;

    [Fact]
    public async Task Answers_agree_with_those_of_kube_apiserver()
    {
        var oracle = SourceTree.At("..", "shared", "oracle", "oracle.py");
        Assert.SkipUnless(File.Exists(oracle), $"there is no recording at {Path.GetFullPath(oracle)}");
        var users = Path.GetTempFileName();
        await using var cluster = new TestCluster();
        try
        {
            await File.WriteAllTextAsync(users, Users, TestContext.Current.CancellationToken);
            await cluster.UpOrFailAsync("--disable-agent", "--disable-scheduler", "--disable-controller-manager", "--token-auth-file", users);
            var ran = await Ran.RunAsync(
                "python3",
                [oracle, "check", "--server", $"https://127.0.0.1:{cluster.Port}", "--admin-token", "oracle-admin", "--alice-token", "oracle-alice"]);
            Assert.True(ran.Code == 0, ran.Errors);

            var last = ran.Output.TrimEnd().Split('\n')[^1];
            var figures = LastLine().Match(last);
            Assert.True(figures.Success, "the last line is: " + last);
            output.WriteLine(last);
            Assert.True(
                Figure(figures, "right") >= RightStatusCodes && Figure(figures, "full") >= FullAgreements,
                $"{RightStatusCodes} right status codes and {FullAgreements} full agreements are wanted:\n{ran.Output}");
        }
        finally
        {
            File.Delete(users);
        }
    }

    private static int Figure(Match figures, string name) => int.Parse(figures.Groups[name].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^oracle: \d+ cases, (?<right>\d+) with the right status code, (?<full>\d+) agree in full$")]
    private static partial Regex LastLine();
}
