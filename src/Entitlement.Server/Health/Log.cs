namespace Entitlement.Server.Health;

/// <summary>What health writes to the log: each change, once. Event ids 1300 to 1399.</summary>
internal static partial class Log
{
    [LoggerMessage(1300, LogLevel.Error, "The database does not answer, or keeps no change: telling NOT_SERVING")]
    public static partial void StorageGone(ILogger logger, Exception? failure);

    [LoggerMessage(1301, LogLevel.Information, "The database answers again")]
    public static partial void StorageAnswersAgain(ILogger logger);
}
