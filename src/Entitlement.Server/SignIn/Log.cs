namespace Entitlement.Server.SignIn;

/// <summary>What signing in writes to the log. Event ids 2000 to 2099.</summary>
internal static partial class Log
{
    [LoggerMessage(2000, LogLevel.Information, "Fetched {Count} keys of {Issuer}")]
    public static partial void IssuerKeysFetched(ILogger logger, string issuer, int count);

    [LoggerMessage(2001, LogLevel.Warning,
        "The keys of {Issuer} can't be fetched; its tokens are checked with the keys at hand as long as those are not too old")]
    public static partial void IssuerAway(ILogger logger, Exception failure, string issuer);

    [LoggerMessage(2002, LogLevel.Warning, "A link to set a password could not be sent; whoever asked for it must ask again")]
    public static partial void LinkNotSent(ILogger logger, Exception failure);

    [LoggerMessage(2003, LogLevel.Information, "{Issuer} means {User} by one of its subjects, whose first token came now")]
    public static partial void IdentityLinked(ILogger logger, string issuer, Guid user);

    [LoggerMessage(2004, LogLevel.Debug, "The use of a session could not be noted, which may end it early")]
    public static partial void UseNotNoted(ILogger logger, Exception failure);
}
