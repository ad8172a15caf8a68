using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Entitlement.Signing;

/// <summary>
/// Makes the root key, its certificate, the signing key and its certificate in one directory that only the owner can
/// enter. The files come in this order, each whole or not at all and never over another one; so whatever stopped an
/// earlier run, the next goes on from what is there, and what cannot be gone on from is told and left as it is.
/// </summary>
public static class KeyCeremony
{
    private const string LockName = ".making";

    /// <summary>Whether the directory holds all that signing needs. The root key may be away.</summary>
    public static bool IsComplete(string directory)
    {
        var paths = KeyPaths.InDirectory(directory);
        return paths.Pairs().Any() && File.Exists(paths.RootCertificateFile);
    }

    /// <summary>
    /// Makes what is missing. A signing key that is there already is kept, and gets its certificate if it has none.
    /// </summary>
    /// <param name="directory">Made for its owner alone where it is not there.</param>
    /// <param name="name">The operator's name, for the certificates. 0 to 64 characters.</param>
    /// <param name="now">The time.</param>
    /// <param name="scope">All, or the root alone, where signing keys are made elsewhere.</param>
    /// <returns>The files that were made, in order; empty when nothing was missing.</returns>
    /// <exception cref="KeyStoreException">What is there cannot be completed, or somebody else is at it.</exception>
    public static IReadOnlyList<string> Complete(
        string directory, string name, DateTimeOffset now, CeremonyScope scope = CeremonyScope.RootAndSigning)
    {
        PrivateFile.CreateDirectory(directory);
        using var exclusive = Lock(directory);
        var paths = KeyPaths.InDirectory(directory);
        if (IsComplete(directory))
        {
            return [];
        }

        RequireOrder(paths);
        var made = new List<string>();
        using var rootKey = ReadOrMakeKey(paths.RootKeyFile!, made);
        using var root = ReadOrMakeCertificate(
            paths.RootCertificateFile, made, () => CertificateIssuer.CreateRoot(rootKey, name, now));
        RootKeys.Require(paths, rootKey, root);
        if (scope == CeremonyScope.RootAlone)
        {
            return made;
        }

        using var signingKey = ReadOrMakeKey(paths.SigningKeyFile, made);
        using var signing = ReadOrMakeCertificate(
            paths.SigningCertificateFile, made, () => CertificateIssuer.CreateSigning(signingKey, root, rootKey, now));
        return made;
    }

    /// <summary>
    /// A later file without an earlier one was not left by an interrupted run: somebody took the earlier one away,
    /// and a new one in its place would make all that was signed with the old one worthless.
    /// </summary>
    private static void RequireOrder(KeyPaths paths)
    {
        string[] order =
            [paths.RootKeyFile!, paths.RootCertificateFile, paths.SigningKeyFile, paths.SigningCertificateFile];
        var missing = Array.FindIndex(order, file => !File.Exists(file));
        var later = Array.FindIndex(order, missing, File.Exists);
        if (later >= 0)
        {
            throw new KeyStoreException(KeyStoreProblem.Missing, order[missing], $"is not there, but {order[later]} is",
                "Put it back from its backup; nothing was made. To begin anew, give an empty directory.");
        }
    }

    internal static ECDsa ReadOrMakeKey(string path, List<string> made)
    {
        if (File.Exists(path))
        {
            return PrivateFile.ReadKey(path, groupMayRead: false);
        }

        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        PrivateFile.Write(path, key.ExportPkcs8PrivateKeyPem() + "\n");
        made.Add(path);
        return key;
    }

    internal static X509Certificate2 ReadOrMakeCertificate(string path, List<string> made, Func<X509Certificate2> make)
    {
        if (File.Exists(path))
        {
            return PrivateFile.ReadCertificate(path);
        }

        var certificate = make();
        PrivateFile.Write(path, certificate.ExportCertificatePem() + "\n");
        made.Add(path);
        return certificate;
    }

    internal static FileStream Lock(string directory)
    {
        var path = Path.Combine(directory, LockName);
        try
        {
            return PrivateFile.Lock(path);
        }
        catch (IOException exception)
        {
            throw new KeyStoreException(KeyStoreProblem.Busy, path,
                "is held by another process that is making keys here",
                "Wait for it to end.", exception);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new KeyStoreException(KeyStoreProblem.Unreadable, directory, "cannot be written to",
                "Let the account that runs the service own the directory.", exception);
        }
    }
}

/// <summary>What a ceremony makes.</summary>
public enum CeremonyScope
{
    /// <summary>Everything in one place, from which the root key can be taken away afterwards.</summary>
    RootAndSigning,

    /// <summary>The root key and its certificate: a machine that issues and never signs license files.</summary>
    RootAlone,
}
