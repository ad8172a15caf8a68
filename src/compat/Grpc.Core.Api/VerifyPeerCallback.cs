namespace Grpc.Core;

/// <summary>Has the last word on a server, after TLS has accepted it.</summary>
/// <returns>False to refuse it.</returns>
public delegate bool VerifyPeerCallback(VerifyPeerContext context);
