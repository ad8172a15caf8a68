namespace Entitlement.Signing;

/// <summary>
/// Makes the audit key and its certificate beside the root key. It is a ceremony of its own: an installation that is
/// older than the sealed trail gets them later, and a trail may be sealed by a new key at any time.
/// </summary>
public static class AuditKeyCeremony
{
    /// <summary>
    /// Makes what is missing; nothing where the root key is away, which alone can issue the certificate. A key that is
    /// there is kept, and gets its certificate if it has none.
    /// </summary>
    /// <returns>The files that were made, in order.</returns>
    /// <exception cref="KeyStoreException">What is there cannot be completed, or somebody else is at it.</exception>
    public static IReadOnlyList<string> Complete(string directory, DateTimeOffset now)
    {
        var (root, audit) = (KeyPaths.InDirectory(directory), AuditKeyPaths.InDirectory(directory));
        if (File.Exists(audit.CertificateFile) || !File.Exists(root.RootKeyFile))
        {
            return [];
        }

        using var exclusive = KeyCeremony.Lock(directory);
        var made = new List<string>();
        using var rootKey = PrivateFile.ReadKey(root.RootKeyFile, groupMayRead: false);
        using var rootCertificate = PrivateFile.ReadCertificate(root.RootCertificateFile);
        SigningKey.RequirePair(root.RootKeyFile, rootKey, root.RootCertificateFile, rootCertificate);
        using var key = KeyCeremony.ReadOrMakeKey(audit.KeyFile, made);
        using var certificate = KeyCeremony.ReadOrMakeCertificate(
            audit.CertificateFile, made, () => CertificateIssuer.CreateAudit(key, rootCertificate, rootKey, now));
        return made;
    }
}
