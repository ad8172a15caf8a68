namespace Entitlement.Server.Hosting;

/// <summary>Exit codes of the server executable; those above 63 are the ones of BSD's <c>sysexits.h</c>.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>The command line was not understood.</summary>
    public const int Usage = 2;

    /// <summary>Something that the server needs is not there: a port is taken, the database does not answer.</summary>
    public const int Unavailable = 69;

    /// <summary>A fault of the server; its log has the whole story.</summary>
    public const int Software = 70;

    /// <summary>The configuration, a key or the database is not in the state that a start needs.</summary>
    public const int Configuration = 78;
}
