using System.Security.Cryptography;

namespace Entitlement.Domain.SignIn;

/// <summary>
/// What is kept of a secret of random bits: its SHA-256. 256 random bits can't be guessed, so nothing slower is needed; a
/// password that a person chose is kept otherwise.
/// </summary>
public static class SecretHash
{
    /// <summary>Random bytes of a secret.</summary>
    public const int SecretLength = 32;

    public static byte[] Of(ReadOnlySpan<byte> secret) => SHA256.HashData(secret);

    /// <summary>In constant time, so that an answer's delay tells nothing about the hash.</summary>
    public static bool Matches(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> secret)
    {
        Span<byte> actual = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(secret, actual);
        return CryptographicOperations.FixedTimeEquals(actual, hash);
    }
}
