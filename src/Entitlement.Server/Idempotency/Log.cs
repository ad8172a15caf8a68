namespace Entitlement.Server.Idempotency;

internal static partial class Log
{
    [LoggerMessage(1500, LogLevel.Warning,
        "Old idempotency records could not be cleared away; this is tried again in an hour")]
    public static partial void SweepFailed(this ILogger logger, Exception failure);
}
