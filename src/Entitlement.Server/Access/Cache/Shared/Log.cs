namespace Entitlement.Server.Access.Cache.Shared;

/// <summary>What sharing through Redis writes to the log. Event ids 1180 to 1199.</summary>
internal static partial class Log
{
    [LoggerMessage(1180, LogLevel.Information, "Redis answers")]
    public static partial void RedisAnswers(ILogger logger);

    [LoggerMessage(1181, LogLevel.Warning,
        "Redis does not answer as it should ({Why}): going on with the database alone")]
    public static partial void RedisAway(ILogger logger, string why);

    [LoggerMessage(1182, LogLevel.Warning,
        "The database does not tell the keys that seal what is shared through Redis")]
    public static partial void KeysNotRead(ILogger logger, Exception failure);

    [LoggerMessage(1183, LogLevel.Warning,
        "What stands in Redis under {Name} was altered, moved or answered out of turn, and counts for nothing; more is counted alone")]
    public static partial void ValueRejected(ILogger logger, string name);
}
