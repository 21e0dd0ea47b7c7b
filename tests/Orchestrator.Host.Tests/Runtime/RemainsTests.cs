using Orchestrator.Host.Runtime;

namespace Orchestrator.Host.Tests.Runtime;

public sealed class RemainsTests
{
    [Fact]
    public void Only_mounts_below_the_directory_are_found_also_with_blanks_in_their_names() =>
        Assert.Equal(
            ["/data/a/x", "/data/a/b c"],
            Remains.MountsBelow("/data/a", """
                21 1 0:20 / /proc rw - proc proc rw
                30 1 0:30 / /data/a/x rw,relatime shared:1 - tmpfs tmpfs rw
                31 1 0:31 / /data/a/b\040c rw - tmpfs tmpfs rw
                32 1 0:32 / /data/ab rw - tmpfs tmpfs rw

                """));
}
