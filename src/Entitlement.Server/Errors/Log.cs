namespace Entitlement.Server.Errors;

/// <summary>What failures write to the log. Event ids 1200 to 1299.</summary>
internal static partial class Log
{
    [LoggerMessage(1200, LogLevel.Error, "{Method} failed; the caller was given the reference {Reference}")]
    public static partial void Fault(ILogger logger, Exception failure, string method, string reference);

    [LoggerMessage(1201, LogLevel.Warning, "{Method} found the database unavailable")]
    public static partial void StorageUnavailable(ILogger logger, Exception failure, string method);

    [LoggerMessage(1202, LogLevel.Debug, "{Method} was cut off, because its caller is gone or out of time")]
    public static partial void CutOff(ILogger logger, Exception failure, string method);

    [LoggerMessage(1203, LogLevel.Error,
        "{Method} was refused because the database takes no audit record of it; the caller was given the reference {Reference}")]
    public static partial void NotRecorded(ILogger logger, Exception failure, string method, string reference);
}
