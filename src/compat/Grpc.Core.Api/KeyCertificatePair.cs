namespace Grpc.Core;

/// <summary>A certificate with its private key.</summary>
public sealed class KeyCertificatePair
{
    /// <param name="certificateChain">PEM, that of the holder first.</param>
    /// <param name="privateKey">PEM.</param>
    public KeyCertificatePair(string certificateChain, string privateKey)
    {
        ArgumentNullException.ThrowIfNull(certificateChain);
        ArgumentNullException.ThrowIfNull(privateKey);
        CertificateChain = certificateChain;
        PrivateKey = privateKey;
    }

    /// <summary>PEM, that of the holder first.</summary>
    public string CertificateChain { get; }

    /// <summary>PEM.</summary>
    public string PrivateKey { get; }
}
