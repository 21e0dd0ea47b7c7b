using System.Net.Security;
using Orchestrator.Gateway.Tests.Fakes;

namespace Orchestrator.Gateway.Tests.HostileInput;

/// <summary>What is no proper HTTP, sent to a real server: it is refused, and the server goes on.</summary>
public sealed class RawHttpTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private const string Head = "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer admin-token\r\nContent-Type: application/json\r\n";

    [Theory]
    [InlineData(Head + "Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}", "400", "\"reason\":\"BadRequest\"")]
    [InlineData(Head + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}garbage\r\n0\r\n\r\n", "400", "\"reason\":\"BadRequest\"")]
    [InlineData(Head + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n{}", "400", "\"reason\":\"BadRequest\"")]
    [InlineData(Head + "Content-Length: 4000000\r\n\r\n{}", "413", "\"reason\":\"RequestEntityTooLarge\"")]
    [InlineData(Head + "Content-Length: nine\r\n\r\n{}", "400", "")]
    [InlineData(Head + "Content-Length: -1\r\n\r\n{}", "400", "")]
    [InlineData(Head + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", "400", "")]
    [InlineData("GET /api/v1/\0nodes HTTP/1.1\r\nHost: localhost\r\n\r\n", "400", "")]
    [InlineData("GET /api/v1/%00nodes HTTP/1.1\r\nHost: localhost\r\n\r\n", "400", "")]
    [InlineData("GET /api/v1/nodes HTTP/1.1\r\n\r\n", "400", "")]
    [InlineData("GET /api/v1/nodes HTTP/1.1\r\nHost: localhost\r\nNo colon\r\n\r\n", "400", "")]
    [InlineData("GARBAGE\r\n\r\n", "400", "")]
    [InlineData("GET /api/v1/nodes HTTP/9.9\r\nHost: localhost\r\n\r\n", "505", "")]
    public async Task What_is_not_HTTP_is_refused(string request, string code, string part)
    {
        await using var connection = await RawConnection.OpenAsync(gateway, SslApplicationProtocol.Http11);
        await connection.SendAsync(request);

        var answer = await connection.ReadAnswerAsync();

        Assert.StartsWith("HTTP/1.1 " + code, answer, StringComparison.Ordinal);
        Assert.Contains(part, answer, StringComparison.Ordinal);
        await LivesAsync();
    }

    [Theory]
    [InlineData(200 * 1024, false, "431")]
    [InlineData(200 * 1024, true, "414")]
    [InlineData(100 * 1024, false, "401")]
    public async Task Headers_have_a_bound_and_what_is_within_it_is_read(int size, bool inPath, string code)
    {
        var filler = new string('a', size);
        var request = inPath
            ? $"GET /api/v1/nodes?labelSelector={filler} HTTP/1.1\r\nHost: localhost\r\n\r\n"
            : $"GET /api/v1/nodes HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {filler}\r\n\r\n";

        // The server closes before it has read all, and its answer can be lost with what it did not read.
        var answer = "";
        for (var attempt = 0; attempt < 10 && answer.Length == 0; attempt++)
        {
            await using var connection = await RawConnection.OpenAsync(gateway, SslApplicationProtocol.Http11);
            try
            {
                await connection.SendAsync(request);
            }
            catch (IOException)
            {
                // It has answered already.
            }

            answer = await connection.ReadAnswerAsync();
        }

        Assert.StartsWith("HTTP/1.1 " + code, answer, StringComparison.Ordinal);
        await LivesAsync();
    }

    [Fact]
    public async Task A_body_that_does_not_come_is_not_waited_for_for_ever()
    {
        await using var connection = await RawConnection.OpenAsync(gateway, SslApplicationProtocol.Http11);
        await connection.SendAsync(Head + "Content-Length: 100\r\n\r\n{");

        var answer = await connection.ReadAnswerAsync();

        Assert.StartsWith("HTTP/1.1 504", answer, StringComparison.Ordinal);
        Assert.Contains("\"reason\":\"Timeout\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_ends_early_leaves_nothing_behind()
    {
        await using (var connection = await RawConnection.OpenAsync(gateway, SslApplicationProtocol.Http11))
        {
            await connection.SendAsync(Head + "Content-Length: 100\r\n\r\n{");
        }

        await UntilIdleAsync();
    }

    [Fact(Timeout = 120_000)]
    public async Task Streams_that_are_opened_and_reset_at_once_do_not_hold_the_server()
    {
        await using var connection = await RawConnection.OpenAsync(gateway, SslApplicationProtocol.Http2);
        await connection.SendAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        await connection.Stream.WriteAsync(Frame(4, 0, 0, []), TestContext.Current.CancellationToken);
        var answers = connection.DrainAsync();
        try
        {
            for (var id = 1; id < 10_000; id += 2)
            {
                // :method GET, :scheme https, :path /, :authority a; then RST_STREAM with CANCEL.
                await connection.Stream.WriteAsync(Frame(1, 5, id, [0x82, 0x87, 0x84, 0x41, 0x01, (byte)'a']), TestContext.Current.CancellationToken);
                await connection.Stream.WriteAsync(Frame(3, 0, id, [0, 0, 0, 8]), TestContext.Current.CancellationToken);
            }
        }
        catch (IOException)
        {
            // The server had enough of it: just what it is there for.
        }

        await LivesAsync();
        connection.Close();
        await answers;
        await UntilIdleAsync();
    }

    private static byte[] Frame(byte type, byte flags, int stream, byte[] payload) =>
    [
        (byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, type, flags,
        (byte)(stream >> 24), (byte)(stream >> 16), (byte)(stream >> 8), (byte)stream, .. payload,
    ];

    private async Task LivesAsync() => Assert.Equal(200, (await GatewayFixture.SendAsync(gateway.Admin, "GET", "/readyz")).Code);

    private async Task UntilIdleAsync()
    {
        for (var end = Environment.TickCount64 + 60_000; gateway.Services.Slots.Total > 0; await Task.Delay(20, TestContext.Current.CancellationToken))
        {
            Assert.True(Environment.TickCount64 < end, "a request that nobody waits for still holds its slot");
        }
    }
}
