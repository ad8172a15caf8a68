namespace Entitlement.Server.Estate;

internal static partial class Log
{
    [LoggerMessage(1800, LogLevel.Information,
        "{Actor} imported {Records} records: {Created} created, {Refused} refused, all others stood there before")]
    public static partial void Imported(this ILogger logger, string actor, int records, int created, int refused);

    [LoggerMessage(1801, LogLevel.Information, "{Actor} rehearsed an import of {Records} records; nothing was changed")]
    public static partial void Rehearsed(this ILogger logger, string actor, int records);
}
