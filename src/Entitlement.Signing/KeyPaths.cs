namespace Entitlement.Signing;

/// <summary>Where the keys are. Each path can stand by itself, for keys that are mounted from a secret.</summary>
public sealed record KeyPaths
{
    /// <summary>Private signing key: PKCS#8 in PEM, readable by its owner alone.</summary>
    public required string SigningKeyFile { get; init; }

    /// <summary>Certificate of the signing key, PEM.</summary>
    public required string SigningCertificateFile { get; init; }

    /// <summary>Certificate of the root that issued it, PEM: what products pin.</summary>
    public required string RootCertificateFile { get; init; }

    /// <summary>
    /// Private root key, PEM. Needed only to issue certificates; null, or a file that is not there, where it is kept
    /// away.
    /// </summary>
    public string? RootKeyFile { get; init; }

    /// <summary>
    /// Whether the group of the signing key's file may read it too. False, but for secrets that an orchestrator mounts
    /// with a group of the service's own.
    /// </summary>
    public bool GroupMayRead { get; init; }

    /// <summary>The four files as <see cref="KeyCeremony"/> makes them in one directory.</summary>
    public static KeyPaths InDirectory(string directory) => new()
    {
        SigningKeyFile = Path.Combine(directory, "signing.key.pem"),
        SigningCertificateFile = Path.Combine(directory, "signing.pem"),
        RootCertificateFile = Path.Combine(directory, "root.pem"),
        RootKeyFile = Path.Combine(directory, "root.key.pem"),
    };
}
