using System.Security.Cryptography;
using Entitlement.Domain.Names;

namespace Entitlement.Domain.Access;

/// <summary>A system administrator that proves itself with an API key.</summary>
public sealed class Administrator
{
    /// <summary>Random bytes in a key's secret: 256 bits can't be guessed, so a plain SHA-256 keeps them well.</summary>
    public const int SecretLength = 32;

    private Administrator()
    {
    }

    public Guid Id { get; private init; }

    public string DisplayName { get; private init; } = "";

    /// <summary>SHA-256 of the secret; the secret itself is shown once and kept nowhere.</summary>
    public byte[] SecretHash { get; private init; } = [];

    public DateTimeOffset CreateTime { get; private init; }

    public static Administrator Create(string displayName, ReadOnlySpan<byte> secret, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        DisplayName = Text.DisplayName(displayName, "name"),
        SecretHash = SHA256.HashData(secret),
        CreateTime = now,
    };

    /// <summary>In constant time, so that an answer's delay tells nothing about the hash.</summary>
    public bool HasSecret(ReadOnlySpan<byte> secret) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(secret), SecretHash);
}
