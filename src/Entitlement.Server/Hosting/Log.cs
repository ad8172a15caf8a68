using Grpc.Core;

namespace Entitlement.Server.Hosting;

/// <summary>What starting, stopping and serving write to the log. Event ids 1000 to 1099.</summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Information, "Serving gRPC on {Grpc}, keys on {Http}, health beside gRPC on {Health}")]
    public static partial void Serving(ILogger logger, string grpc, string http, string health);

    [LoggerMessage(1001, LogLevel.Warning,
        "{Option} is {Address}: plain text that other machines can reach, because Server:AllowPlaintext is set")]
    public static partial void Plaintext(ILogger logger, string option, string address);

    [LoggerMessage(1002, LogLevel.Information, "Read the renewed certificate {Thumbprint} of the server")]
    public static partial void CertificateRead(ILogger logger, string thumbprint);

    [LoggerMessage(1003, LogLevel.Error, "The changed certificate of the server can't be used; the one before it serves on")]
    public static partial void CertificateUnreadable(ILogger logger, Exception failure);

    [LoggerMessage(1004, LogLevel.Information, "{Method} {Caller} {Code} {Milliseconds} ms", SkipEnabledCheck = true)]
    public static partial void Call(ILogger logger, string method, string caller, StatusCode code, double milliseconds);

    [LoggerMessage(1005, LogLevel.Information, "Stopping: telling NOT_SERVING for {Delay} before calls are no longer accepted")]
    public static partial void Draining(ILogger logger, TimeSpan delay);
}
