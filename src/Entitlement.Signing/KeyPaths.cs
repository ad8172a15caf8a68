namespace Entitlement.Signing;

/// <summary>Where the keys are. Each path can stand by itself, for keys that are mounted from a secret.</summary>
public sealed record KeyPaths
{
    private const string KeyEnd = ".key.pem";

    /// <summary>Private signing key: PKCS#8 in PEM, readable by its owner alone.</summary>
    public required string SigningKeyFile { get; init; }

    /// <summary>Certificate of the signing key, PEM.</summary>
    public required string SigningCertificateFile { get; init; }

    /// <summary>Certificate of the root that issued it, PEM: what products pin.</summary>
    public required string RootCertificateFile { get; init; }

    /// <summary>
    /// Folder of further signing keys: each <c>signing*.key.pem</c> in it whose certificate, the same name without
    /// <c>.key</c>, is there too. One without is asked for and not issued yet. Null where only the named files count.
    /// </summary>
    public string? Directory { get; init; }

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

    /// <summary>Which files belong together, in the order of their names.</summary>
    internal IEnumerable<(string KeyFile, string CertificateFile)> Pairs() => Directory is null
        ? [(SigningKeyFile, SigningCertificateFile)]
        : KeyFiles(Directory).Select(key => (key, CertificateOf(key))).Where(pair => File.Exists(pair.Item2));

    internal static IEnumerable<string> KeyFiles(string directory) => System.IO.Directory.Exists(directory)
        ? System.IO.Directory.EnumerateFiles(directory, $"signing*{KeyEnd}").Order(StringComparer.Ordinal)
        : [];

    internal static string CertificateOf(string keyFile) => keyFile[..^KeyEnd.Length] + ".pem";

    internal static string RequestOf(string keyFile) => keyFile[..^KeyEnd.Length] + ".csr.pem";

    /// <summary>The four files as <see cref="KeyCeremony"/> makes them in one directory.</summary>
    public static KeyPaths InDirectory(string directory) => new()
    {
        Directory = directory,
        SigningKeyFile = Path.Combine(directory, "signing.key.pem"),
        SigningCertificateFile = Path.Combine(directory, "signing.pem"),
        RootCertificateFile = Path.Combine(directory, "root.pem"),
        RootKeyFile = Path.Combine(directory, "root.key.pem"),
    };
}
