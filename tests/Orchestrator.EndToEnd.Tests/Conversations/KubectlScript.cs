using System.Text;
using System.Text.RegularExpressions;
using Orchestrator.EndToEnd.Tests.Harness;

namespace Orchestrator.EndToEnd.Tests.Conversations;

/// <summary>A conversation with a server by kubectl, as a text: commands and what must come of them.</summary>
/// <remarks>A line begins with a sign and a blank:
/// <c>$</c> a command that succeeds, <c>!</c> one that fails, <c>~</c> one that is repeated until all that is expected of it holds;
/// <c>|</c> a line of its input; <c>@</c> a file, whose lines follow as input does;
/// <c>&gt;</c> a text that is in its output, where runs of blanks count as one, <c>&lt;</c> one that is not, <c>=</c> all of its output.
/// <c>$NS</c> is the conversation's namespace, <c>$DIR</c> a directory of its own. Everything else is a comment.</remarks>
internal sealed partial class KubectlScript
{
    private readonly List<Step> steps = [];

    /// <summary>Reads a conversation.</summary>
    public static KubectlScript Parse(IEnumerable<string> lines)
    {
        var script = new KubectlScript();
        foreach (var line in lines.Where(line => line.Length > 1 && line[1] == ' '))
        {
            var text = line[2..];
            switch (line[0])
            {
                case '$' or '!' or '~' or '@':
                    script.steps.Add(new Step(line[0], text));
                    break;
                case '|':
                    script.steps[^1].Input.AppendLine(text);
                    break;
                case '>' or '<' or '=':
                    script.steps[^1].Expected.Add((line[0], text));
                    break;
            }
        }

        return script;
    }

    /// <summary>Has the conversation; the first answer that is not as expected fails the test.</summary>
    /// <param name="kubectl">The client, in the namespace.</param>
    /// <param name="directory">Where files are written.</param>
    public async Task RunAsync(Kubectl kubectl, string directory)
    {
        string Filled(string text) => text.Replace("$NS", kubectl.Namespace, StringComparison.Ordinal).Replace("$DIR", directory, StringComparison.Ordinal);
        foreach (var step in steps)
        {
            var input = step.Input.Length == 0 ? null : Filled(step.Input.ToString());
            if (step.Sign == '@')
            {
                await File.WriteAllTextAsync(Path.Combine(directory, step.Text), input);
                continue;
            }

            var words = Words(Filled(step.Text));
            Task<string?> FaultAsync() => FaultOfAsync(kubectl, step, input, words, Filled);
            var fault = step.Sign == '~'
                ? await Until.AsWantedAsync(step.Text, FaultAsync, answer => answer is null, seconds: 30)
                : await FaultAsync();
            Assert.True(fault is null, fault);
        }
    }

    private static async Task<string?> FaultOfAsync(Kubectl kubectl, Step step, string? input, string[] words, Func<string, string> filled)
    {
        var ran = await kubectl.TryWithAsync(input, "", words);
        var all = Blanks().Replace(ran.Output + "\n" + ran.Errors, " ");
        var missed = step.Expected.Where(expected => !(expected.Sign switch
        {
            '>' => all.Contains(filled(expected.Text), StringComparison.Ordinal),
            '<' => !all.Contains(filled(expected.Text), StringComparison.Ordinal),
            _ => ran.Output.Trim() == filled(expected.Text).Trim(),
        })).Select(expected => $"\n{expected.Sign} {expected.Text}").ToList();
        return missed.Count == 0 && ran.Code != 0 == (step.Sign == '!')
            ? null
            : $"kubectl {step.Text}\nended with {ran.Code} and said:\n{ran.Output}{ran.Errors}\nnot as expected:{string.Concat(missed)}";
    }

    /// <summary>Words apart by blanks; what stands between apostrophes is one.</summary>
    private static string[] Words(string line) => [.. WordsOfLine().Matches(line).Select(match => match.Value.Replace("'", "", StringComparison.Ordinal))];

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    [GeneratedRegex(@"(?:[^\s']|'[^']*')+")]
    private static partial Regex WordsOfLine();

    private sealed record Step(char Sign, string Text)
    {
        public StringBuilder Input { get; } = new();

        public List<(char Sign, string Text)> Expected { get; } = [];
    }
}
