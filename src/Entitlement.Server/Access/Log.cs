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

    [LoggerMessage(1103, LogLevel.Warning, "The clock of access can't be read: decisions are given until what is known is too old")]
    public static partial void ClockNotRead(ILogger logger, Exception failure);

    [LoggerMessage(1105, LogLevel.Warning, "No change of access could be made by which to measure how long one takes to be seen")]
    public static partial void CanaryNotMade(ILogger logger, Exception failure);

    [LoggerMessage(1106, LogLevel.Warning, "Old changes of access were not cleared away; this is tried again in an hour")]
    public static partial void ChangesNotCleared(ILogger logger, Exception failure);

    [LoggerMessage(1104, LogLevel.Warning,
        "The clock of access went back from {Before} to {Now}: the database was put back, and all that was known of access is dropped")]
    public static partial void ClockWentBack(ILogger logger, long before, long now);
}
