using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Entitlement.Signing;

/// <summary>
/// The signing keys of one place: the one that signs, those that are prepared for later, and those that signed before.
/// Immutable; when files change, another ring is loaded.
/// </summary>
/// <remarks>
/// Which key signs is read off the certificates alone, so that every server that has the same files decides alike: of
/// those that are valid, the one whose validity began last. A key is prepared by a certificate that begins later.
/// </remarks>
public sealed class KeyRing : IDisposable
{
    private KeyRing(IReadOnlyList<SigningKey> keys, X509Certificate2 root, IReadOnlyList<KeyStoreException> problems)
    {
        Keys = keys;
        RootCertificate = root;
        Problems = problems;
    }

    /// <summary>In the order in which they begin to sign; at least one.</summary>
    public IReadOnlyList<SigningKey> Keys { get; }

    /// <summary>What products pin.</summary>
    public X509Certificate2 RootCertificate { get; }

    /// <summary>Keys that can't be used, and were passed over because another can.</summary>
    public IReadOnlyList<KeyStoreException> Problems { get; }

    /// <summary>Reads the keys, and proves of each that it is kept, whole, of the profile and issued by the root.</summary>
    /// <exception cref="KeyStoreException">None can sign now; the message says which file and what to do.</exception>
    public static KeyRing Load(KeyPaths paths, DateTimeOffset now)
    {
        var (keys, problems) = (new List<SigningKey>(), new List<KeyStoreException>());
        var root = PrivateFile.ReadCertificate(paths.RootCertificateFile);
        try
        {
            foreach (var (keyFile, certificateFile) in paths.Pairs())
            {
                try
                {
                    keys.Add(SigningKey.Load(keyFile, certificateFile, paths, root));
                }
                catch (KeyStoreException problem)
                {
                    problems.Add(problem);
                }
            }

            keys.Sort((one, other) => (one.SignsFrom, one.KeyId).CompareTo((other.SignsFrom, other.KeyId)));
            var ring = new KeyRing(keys, root, problems);
            return ring.CurrentAt(now) is not null ? ring : throw WhyNone(ring, paths, now);
        }
        catch
        {
            keys.ForEach(key => key.Dispose());
            root.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Tells one state of the files from another, by their content: times do not change where a secret is mounted by
    /// links.
    /// </summary>
    /// <exception cref="IOException">A file can't be read at the moment.</exception>
    public static string Fingerprint(KeyPaths paths)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in paths.Pairs().SelectMany(pair => new[] { pair.KeyFile, pair.CertificateFile })
            .Append(paths.RootCertificateFile))
        {
            var content = File.ReadAllBytes(file);
            hash.AppendData(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(file)));
            hash.AppendData(SHA256.HashData(content));
            CryptographicOperations.ZeroMemory(content);
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>The one key that signs at a time; null when none may.</summary>
    /// <param name="now">The time.</param>
    /// <param name="isRevoked">Which keys to pass over, by their <c>kid</c>; null for none.</param>
    public SigningKey? CurrentAt(DateTimeOffset now, Predicate<string>? isRevoked = null)
    {
        for (var i = Keys.Count - 1; i >= 0; i--)
        {
            if (Keys[i].SignsAt(now) && isRevoked?.Invoke(Keys[i].KeyId) != true)
            {
                return Keys[i];
            }
        }

        return null;
    }

    public void Dispose()
    {
        foreach (var key in Keys)
        {
            key.Dispose();
        }

        RootCertificate.Dispose();
    }

    private static KeyStoreException WhyNone(KeyRing ring, KeyPaths paths, DateTimeOffset now) =>
        (ring.Keys.Count, ring.Problems.Count) switch
        {
            (0, 0) => new KeyStoreException(
                KeyStoreProblem.Missing,
                File.Exists(paths.SigningKeyFile) ? paths.SigningCertificateFile : paths.SigningKeyFile,
                "is not there",
                "Make the keys with 'entitle keys init', or install the certificate that was asked for."),
            (0, _) => ring.Problems[0],
            _ => NotValid(ring.Keys[^1], now),
        };

    private static KeyStoreException NotValid(SigningKey key, DateTimeOffset now) => new(
        KeyStoreProblem.NotValidNow,
        key.CertificateFile,
        $"is valid from {key.SignsFrom.UtcDateTime:u} to {key.EndTime.UtcDateTime:u} and not now, {now.UtcDateTime:u}",
        "Issue a new signing certificate with 'entitle keys'; check the clock of this machine.");
}
