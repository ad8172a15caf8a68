namespace Entitlement.Server.Audit;

/// <summary>What sealing the audit trail writes to the log. Event ids 1700 to 1799.</summary>
internal static partial class Log
{
    [LoggerMessage(1700, LogLevel.Information, "Sealing the audit trail with key {KeyId}")]
    public static partial void KeyLoaded(ILogger logger, string keyId);

    [LoggerMessage(1701, LogLevel.Information, "Made {File}")]
    public static partial void KeyFileMade(ILogger logger, string file);

    [LoggerMessage(1702, LogLevel.Warning,
        "There is no audit key: records are written and not sealed, so that an alteration of them would not be found. Make one "
        + "with 'entitle keys init' where the root key is, and name it by Audit:KeyFile and Audit:CertificateFile")]
    public static partial void NoKey(ILogger logger);

    [LoggerMessage(1703, LogLevel.Debug, "Sealed {Records} records in block {Block}")]
    public static partial void Sealed(ILogger logger, int records, long block);

    [LoggerMessage(1704, LogLevel.Debug, "Another replica sealed at the same time; it is tried again")]
    public static partial void Beaten(ILogger logger);

    [LoggerMessage(1705, LogLevel.Error, "The audit trail could not be sealed; this is tried again until it succeeds")]
    public static partial void SealFailed(ILogger logger, Exception failure);

    [LoggerMessage(1706, LogLevel.Information, "The audit trail is sealed again")]
    public static partial void SealedAgain(ILogger logger);
}
