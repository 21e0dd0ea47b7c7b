using System.ComponentModel;
using System.Diagnostics;
using Orchestrator.Host.Images;
using Orchestrator.Host.Processes;

namespace Orchestrator.Host.Tests.Images;

public sealed class PauseProgramTests
{
    [Fact]
    public async Task It_waits_until_it_is_told_to_end_and_ends_well()
    {
        if (PauseProgram.ForThisMachine is not { } program)
        {
            Assert.Skip("there is none for this machine");
            return;
        }

        var directory = Directory.CreateTempSubdirectory("host-test-").FullName;
        var path = Path.Combine(directory, "pause");
        try
        {
            await File.WriteAllBytesAsync(path, program, TestContext.Current.CancellationToken);
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            using var process = await StartAsync(path);
            Assert.False(process.WaitForExit(TimeSpan.FromMilliseconds(200)));
            Signals.Send(ProcessIdentity.Of(process.Id)!, Signals.Terminate);
            Assert.True(process.WaitForExit(TimeSpan.FromSeconds(10)));
            Assert.Equal(0, process.ExitCode);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>A program that another test starts at the same moment holds the file open for writing until it has begun: the system calls that busy.</summary>
    private static async Task<Process> StartAsync(string path)
    {
        const int TextFileBusy = 26;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return Process.Start(path);
            }
            catch (Win32Exception busy) when (busy.NativeErrorCode == TextFileBusy && attempt < 100)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
            }
        }
    }
}
