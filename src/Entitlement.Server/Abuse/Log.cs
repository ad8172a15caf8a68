namespace Entitlement.Server.Abuse;

/// <summary>What guarding against abuse writes to the log. Event ids 1600 to 1699.</summary>
internal static partial class Log
{
    [LoggerMessage(1600, LogLevel.Warning,
        "{Address} failed {Limit} times within {Window} and is refused what it can't prove until some is forgotten")]
    public static partial void AddressRefused(ILogger logger, AddressGroup address, int limit, TimeSpan window);
}
