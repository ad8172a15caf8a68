namespace Entitlement.CommandLine.Invocation;

/// <summary>What the shell is told. <see cref="ExitCodes.Table"/> shows the same to people.</summary>
internal enum ExitCode
{
    Ok = 0,
    Refused = 1,
    Usage = 2,
    Unreachable = 3,
    FileInvalid = 4,
    LocalFile = 5,

    /// <summary>Nothing is wrong: somebody has to approve the request first.</summary>
    Waiting = 6,

    /// <summary>The number that <c>sysexits.h</c> gives a fault of the program itself.</summary>
    Fault = 70,

    /// <summary>What shells give a program that Ctrl+C ended: 128 and the number of the signal.</summary>
    Interrupted = 130,
}

/// <summary>The meaning of each exit code in words.</summary>
internal static class ExitCodes
{
    public static IReadOnlyList<(ExitCode Code, string Meaning)> Table { get; } =
    [
        (ExitCode.Ok, "done"),
        (ExitCode.Refused, "the service refused; the reason is on standard error (preview: would be refused)"),
        (ExitCode.Usage, "wrong use of the command; nothing was sent"),
        (ExitCode.Unreachable, "the service can't be reached or did not answer in time; try again"),
        (ExitCode.FileInvalid, "a license request or license file breaks its format, or its verification failed"),
        (ExitCode.LocalFile, "a file or folder of this machine can't be read or written"),
        (ExitCode.Waiting, "the request waits until somebody approves it; run the same again later"),
        (ExitCode.Fault, "a fault of entitle itself"),
        (ExitCode.Interrupted, "interrupted"),
    ];
}
