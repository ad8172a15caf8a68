namespace Entitlement.Server.Hosting;

/// <summary>
/// The server can't start, and its operator can do something about it. It is shown as its message alone, so the message
/// says which option, file or command is meant and what to do.
/// </summary>
internal sealed class StartRefusedException(string message, int exitCode = ExitCode.Configuration, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>One of <see cref="Hosting.ExitCode"/>.</summary>
    public int ExitCode { get; } = exitCode;
}
