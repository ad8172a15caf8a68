namespace Entitlement.Server.Activations;

internal static partial class Log
{
    [LoggerMessage(
        EventId = 3001,
        Level = LogLevel.Warning,
        Message = "{Activation} asked with generation {Told} and the record says {Recorded}: an answer was lost, a backup was restored, or it was cloned")]
    public static partial void GenerationBehind(this ILogger logger, string activation, int told, int recorded);

    [LoggerMessage(
        EventId = 3002,
        Level = LogLevel.Warning,
        Message = "{Activation} asked with generation {Told} and the record says {Recorded}: this database was restored from an older copy")]
    public static partial void GenerationAhead(this ILogger logger, string activation, int told, int recorded);
}
