using Microsoft.Extensions.Logging;

namespace Entitlement.Storage;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "A write was beaten by others {Attempts} times in a row and was refused.")]
    public static partial void Beaten(ILogger logger, int attempts, Exception exception);
}
