namespace Entitlement.Storage.Access;

/// <summary>
/// A key (HMAC-SHA-256) that seals what servers share of access outside of the database, so that nobody grants anything by
/// writing there. All servers of one database have it from here and from nowhere else.
/// </summary>
public sealed class AccessCacheKey
{
    /// <summary>Bytes of the secret.</summary>
    public const int SecretLength = 32;

    private AccessCacheKey()
    {
    }

    /// <summary>From 1 on; the primary key, so that of servers that make one at the same time only one succeeds.</summary>
    public int Number { get; private init; }

    /// <summary>
    /// Stands in what it sealed. Not the number, because a copy of the database may make another key of the same number.
    /// </summary>
    public Guid Id { get; private init; }

    /// <summary>Never logged and never shared.</summary>
    public byte[] Secret { get; private init; } = [];

    public DateTimeOffset CreateTime { get; private init; }

    /// <param name="number">The number after the newest one's.</param>
    /// <param name="secret"><see cref="SecretLength"/> random bytes.</param>
    /// <param name="now">The time at which it is made.</param>
    public static AccessCacheKey Make(int number, byte[] secret, DateTimeOffset now) => new()
    {
        Number = number,
        Id = Guid.CreateVersion7(now),
        Secret = secret,
        CreateTime = now.ToWholeMilliseconds(),
    };
}
