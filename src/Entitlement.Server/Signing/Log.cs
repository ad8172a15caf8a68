namespace Entitlement.Server.Signing;

/// <summary>What the keys write to the log. Event ids 1400 to 1499.</summary>
internal static partial class Log
{
    [LoggerMessage(1400, LogLevel.Information, "Signing with key {KeyId}, whose certificate ends at {End:u}")]
    public static partial void KeyLoaded(ILogger logger, string keyId, DateTime end);

    [LoggerMessage(1401, LogLevel.Information, "Made {File}")]
    public static partial void KeyFileMade(ILogger logger, string file);

    [LoggerMessage(1402, LogLevel.Warning,
        "The signing certificate ends at {End:u}, in {Days} days. Issue a new one with 'entitle keys', then restart")]
    public static partial void CertificateExpiring(ILogger logger, DateTimeOffset end, int days);

    [LoggerMessage(1403, LogLevel.Critical,
        "The signing certificate ended at {End:u}: no license file can be issued. Issue a new one with 'entitle keys', then restart")]
    public static partial void CertificateExpired(ILogger logger, DateTimeOffset end);
}
