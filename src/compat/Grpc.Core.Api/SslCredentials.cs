namespace Grpc.Core;

/// <summary>
/// A channel secured by TLS. <c>Grpc.Net.Client</c> takes it without arguments only; there, certificates are set on the
/// HTTP handler.
/// </summary>
/// <param name="rootCertificates">PEM; null for those that the machine trusts.</param>
/// <param name="keyCertificatePair">Of the client; null for none.</param>
/// <param name="verifyPeerCallback">Has the last word on the server; null for none.</param>
public sealed class SslCredentials(
    string? rootCertificates, KeyCertificatePair? keyCertificatePair, VerifyPeerCallback? verifyPeerCallback) : ChannelCredentials
{
    private readonly VerifyPeerCallback? _verifyPeerCallback = verifyPeerCallback;

    /// <summary>Trusts what the machine trusts, without a certificate of the client.</summary>
    public SslCredentials()
        : this(null)
    {
    }

    /// <summary>Trusts these certificates, without one of the client.</summary>
    public SslCredentials(string? rootCertificates)
        : this(rootCertificates, null)
    {
    }

    /// <summary>Trusts these certificates and shows that of the client.</summary>
    public SslCredentials(string? rootCertificates, KeyCertificatePair? keyCertificatePair)
        : this(rootCertificates, keyCertificatePair, null)
    {
    }

    /// <summary>PEM; null for those that the machine trusts.</summary>
    public string? RootCertificates { get; } = rootCertificates;

    /// <summary>Of the client; null for none.</summary>
    public KeyCertificatePair? KeyCertificatePair { get; } = keyCertificatePair;

    internal override bool IsComposable => true;

    /// <inheritdoc />
    public override void InternalPopulateConfiguration(ChannelCredentialsConfiguratorBase configurator, object? state) =>
        configurator.SetSslCredentials(state, RootCertificates, KeyCertificatePair, _verifyPeerCallback);
}
