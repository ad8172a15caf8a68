namespace Entitlement.Server.Notifications;

/// <summary>What sending messages writes to the log: never to whom, or what. Event ids 1900 to 1999.</summary>
internal static partial class Log
{
    [LoggerMessage(1900, LogLevel.Information, "Messages go by {Transport} to {Destination}")]
    public static partial void Sending(ILogger logger, MessageTransport transport, string destination);

    [LoggerMessage(1901, LogLevel.Debug, "Sent message {Message}")]
    public static partial void Sent(ILogger logger, Guid message);

    [LoggerMessage(1902, LogLevel.Error,
        "Messages can't be sent to {Destination}; this is tried again until it succeeds. {Failure}")]
    public static partial void Unavailable(ILogger logger, string destination, string failure);

    [LoggerMessage(1903, LogLevel.Information, "Messages are sent to {Destination} again")]
    public static partial void AvailableAgain(ILogger logger, string destination);

    [LoggerMessage(1904, LogLevel.Error,
        "Gave message {Message} up after {Attempts} attempts; 'entitle messages list --state given_up' tells why")]
    public static partial void GivenUp(ILogger logger, Guid message, int attempts);

    [LoggerMessage(1905, LogLevel.Error, "Message {Message} could not be made; it is tried again later")]
    public static partial void Fault(ILogger logger, Guid message, Exception failure);

    [LoggerMessage(1906, LogLevel.Error, "The database does not give or take messages; this is tried again until it succeeds")]
    public static partial void StorageFailed(ILogger logger, Exception failure);

    [LoggerMessage(1907, LogLevel.Warning, "Old messages could not be cleared away; this is tried again in an hour")]
    public static partial void SweepFailed(ILogger logger, Exception failure);
}
