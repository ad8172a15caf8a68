namespace Entitlement.Signing;

/// <summary>Where the key is that seals the audit trail.</summary>
public sealed record AuditKeyPaths
{
    /// <summary>Private audit key: PKCS#8 in PEM, readable by its owner alone.</summary>
    public required string KeyFile { get; init; }

    /// <summary>Certificate of the audit key, PEM.</summary>
    public required string CertificateFile { get; init; }

    /// <summary>Certificate of the root that issued it, PEM: what a verifier pins.</summary>
    public required string RootCertificateFile { get; init; }

    /// <inheritdoc cref="KeyPaths.GroupMayRead"/>
    public bool GroupMayRead { get; init; }

    /// <summary>
    /// The files as <see cref="AuditKeyCeremony"/> makes them, beside those of <see cref="KeyCeremony"/>.
    /// </summary>
    public static AuditKeyPaths InDirectory(string directory) => new()
    {
        KeyFile = Path.Combine(directory, "audit.key.pem"),
        CertificateFile = Path.Combine(directory, "audit.pem"),
        RootCertificateFile = KeyPaths.InDirectory(directory).RootCertificateFile,
    };
}
