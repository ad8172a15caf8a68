namespace Grpc.Core;

/// <summary>For channels: learns what channel credentials are made of.</summary>
public abstract class ChannelCredentialsConfiguratorBase
{
    /// <summary>Plain text.</summary>
    public abstract void SetInsecureCredentials(object? state);

    /// <summary>TLS.</summary>
    /// <param name="state">As it was handed in.</param>
    /// <param name="rootCertificates">PEM; null for those that the machine trusts.</param>
    /// <param name="keyCertificatePair">Of the client; null for none.</param>
    /// <param name="verifyPeerCallback">Has the last word on the server; null for none.</param>
    public abstract void SetSslCredentials(
        object? state, string? rootCertificates, KeyCertificatePair? keyCertificatePair, VerifyPeerCallback? verifyPeerCallback);

    /// <summary>A channel's and those of each of its calls.</summary>
    public abstract void SetCompositeCredentials(
        object? state, ChannelCredentials channelCredentials, CallCredentials callCredentials);
}
