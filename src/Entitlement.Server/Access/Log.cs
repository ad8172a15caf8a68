namespace Entitlement.Server.Access;

/// <summary>What the guarding of calls writes to the log. Event ids 1100 to 1199.</summary>
internal static partial class Log
{
    [LoggerMessage(1100, LogLevel.Warning,
        "Made a bootstrap key in {File}: it is an administrator's, from this machine alone, until 'admin create' makes the first one")]
    public static partial void BootstrapKeyMade(ILogger logger, string file);

    [LoggerMessage(1101, LogLevel.Information, "Made the administrator {Administrator}")]
    public static partial void AdministratorMade(ILogger logger, Guid administrator);

    [LoggerMessage(1102, LogLevel.Warning,
        "It could not be looked for accounts whose last supervisor's time is over; this is tried again in ten minutes")]
    public static partial void SupervisionNotLookedAt(ILogger logger, Exception failure);
}
