using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Gateway.Authentication;

/// <summary>The static tokens of <c>--token-auth-file</c>: lines of <c>token,user,uid,"group1,group2"</c>.</summary>
/// <remarks>Upstream: apiserver/pkg/authentication/token/tokenfile. Tokens are looked up by their digest, so the time taken tells nothing about them.</remarks>
internal sealed class TokenFile
{
    private readonly Dictionary<string, ApiUser> users;

    private TokenFile(Dictionary<string, ApiUser> users) => this.users = users;

    /// <summary>No tokens.</summary>
    public static TokenFile Empty { get; } = new([]);

    /// <summary>Reads the file's text.</summary>
    /// <exception cref="FormatException">A line has fewer than three fields or no token.</exception>
    public static TokenFile Parse(string text)
    {
        var users = new Dictionary<string, ApiUser>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            var fields = Fields(line.TrimEnd('\r'));
            if (fields.Count < 3 || fields[0].Length == 0)
            {
                throw new FormatException($"token auth file, line {number}: wants token,user,uid and optionally \"group1,group2\"");
            }

            var groups = fields.Count > 3 ? fields[3].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [];
            users[Digest(fields[0])] = new ApiUser(fields[1], fields[2], groups);
        }

        return new TokenFile(users);
    }

    /// <summary>The user of a token, or null.</summary>
    public ApiUser? Find(string token) => users.GetValueOrDefault(Digest(token));

    private static string Digest(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private static List<string> Fields(string line)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        foreach (var character in line)
        {
            if (character == '"')
            {
                quoted = !quoted;
            }
            else if (character == ',' && !quoted)
            {
                fields.Add(field.ToString().Trim());
                field.Clear();
            }
            else
            {
                field.Append(character);
            }
        }

        fields.Add(field.ToString().Trim());
        return fields;
    }
}
