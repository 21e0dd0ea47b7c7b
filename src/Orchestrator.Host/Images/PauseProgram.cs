using System.Buffers.Binary;

namespace Orchestrator.Host.Images;

/// <summary>The program of every pod's sandbox: it holds the pod's namespaces, lets the kernel collect orphans, and ends when told to.</summary>
/// <remarks>
/// An executable of one segment, a few hundred bytes, written here by hand because a fresh machine has no compiler. In words: ignore SIGCHLD,
/// so that children of others that end up here leave no zombies; block SIGINT and SIGTERM; wait for one of them; exit.
/// </remarks>
internal static class PauseProgram
{
    private const ulong LoadAddress = 0x400000;
    private const int HeaderLength = 64;
    private const int ProgramHeaderLength = 56;
    private const int CodeOffset = HeaderLength + ProgramHeaderLength;

    // rt_sigaction(17, {SIG_IGN}), rt_sigprocmask(SIG_BLOCK, {2, 15}), rt_sigtimedwait until it gives a signal, exit_group(0); then the two structures.
    private static readonly byte[] CodeOfX64 = Convert.FromHexString(
        "b80d000000bf11000000488d354700000031d241ba080000000f05b80e00000031ff488d354f00000031d241ba080000000f05b880000000488d3d3900000031f631d241ba080000000f0585c07ee431ffb8e70000000f0501000000000000000000000000000000000000000000000000000000000000000240000000000000");

    /// <summary>The executable for this machine, or null where there is none (only x86-64 has been written).</summary>
    public static byte[]? ForThisMachine =>
        System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.X64 ? Executable(CodeOfX64) : null;

    private static byte[] Executable(byte[] code)
    {
        var file = new byte[CodeOffset + code.Length];
        ((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1]).CopyTo(file);
        var header = file.AsSpan();
        BinaryPrimitives.WriteUInt16LittleEndian(header[16..], 2);                        // an executable
        BinaryPrimitives.WriteUInt16LittleEndian(header[18..], 62);                       // for x86-64
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], 1);
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], LoadAddress + CodeOffset); // begins here
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], HeaderLength);             // its program header is here
        BinaryPrimitives.WriteUInt16LittleEndian(header[52..], HeaderLength);
        BinaryPrimitives.WriteUInt16LittleEndian(header[54..], ProgramHeaderLength);
        BinaryPrimitives.WriteUInt16LittleEndian(header[56..], 1);
        var segment = header[HeaderLength..];
        BinaryPrimitives.WriteUInt32LittleEndian(segment, 1);                             // to be loaded
        BinaryPrimitives.WriteUInt32LittleEndian(segment[4..], 5);                        // to read and execute
        BinaryPrimitives.WriteUInt64LittleEndian(segment[16..], LoadAddress);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[24..], LoadAddress);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[32..], (ulong)file.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[40..], (ulong)file.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[48..], 0x1000);
        code.CopyTo(header[CodeOffset..]);
        return file;
    }
}
