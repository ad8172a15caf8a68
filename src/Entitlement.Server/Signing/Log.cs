namespace Entitlement.Server.Signing;

/// <summary>What the keys write to the log. Event ids 1400 to 1499.</summary>
internal static partial class Log
{
    [LoggerMessage(1400, LogLevel.Information, "Signing with key {KeyId}, whose certificate ends at {End:u}")]
    public static partial void KeySigns(ILogger logger, string keyId, DateTimeOffset end);

    [LoggerMessage(1401, LogLevel.Information, "Made {File}")]
    public static partial void KeyFileMade(ILogger logger, string file);

    [LoggerMessage(1402, LogLevel.Warning,
        "The last signing certificate ends at {End:u}, in {Days} days. Make the next key with 'entitle keys'")]
    public static partial void CertificateExpiring(ILogger logger, DateTimeOffset end, int days);

    [LoggerMessage(1403, LogLevel.Critical,
        "No license file can be issued: every signing key was revoked or has ended, the last at {End:u}. Make the next key "
        + "with 'entitle keys'")]
    public static partial void NothingSigns(ILogger logger, DateTimeOffset end);

    [LoggerMessage(1404, LogLevel.Information, "Key {KeyId} is prepared: it is published, and signs from {From:u}")]
    public static partial void KeyPrepared(ILogger logger, string keyId, DateTimeOffset from);

    [LoggerMessage(1405, LogLevel.Warning, "A signing key was passed over: {Problem}")]
    public static partial void KeyPassedOver(ILogger logger, string problem);

    [LoggerMessage(1406, LogLevel.Error, "The files of the signing keys changed and can't be used; the keys at hand go on")]
    public static partial void KeysUnusable(ILogger logger, Exception failure);

    [LoggerMessage(1407, LogLevel.Warning, "What other servers know of keys can't be read at the moment")]
    public static partial void KeysNotExchanged(ILogger logger, Exception failure);

    [LoggerMessage(1408, LogLevel.Warning, "Learnt the list {Number} of revoked signing keys, with {Count} of them")]
    public static partial void RevocationsLearnt(ILogger logger, long number, int count);

    [LoggerMessage(1409, LogLevel.Warning,
        "More license files are revoked than the {Max} that their list can hold; those that were revoked first are left out")]
    public static partial void RevocationListCut(ILogger logger, int max);
}
