using Entitlement.Domain.Names;

namespace Entitlement.Domain.SignIn;

/// <summary>That a person signed in: until it ends, whoever holds its token is that person.</summary>
public sealed class Session
{
    /// <summary>Longest text of an origin: an IPv6 network.</summary>
    public const int MaxOriginLength = 64;

    private Session()
    {
    }

    public Guid Id { get; private init; }

    public Guid UserId { get; private init; }

    /// <summary>SHA-256 of the token's secret; the secret itself is shown once and kept nowhere.</summary>
    public byte[] SecretHash { get; private init; } = [];

    /// <summary>The address that it was begun from, of IPv6 the first 64 bits.</summary>
    public string Origin { get; private init; } = "";

    public DateTimeOffset CreateTime { get; private init; }

    /// <summary>When it ends however much it is used.</summary>
    public DateTimeOffset ExpireTime { get; private init; }

    /// <summary>When it was used last; up to a twentieth of the idle time behind the truth.</summary>
    public DateTimeOffset LastUseTime { get; private set; }

    /// <summary>When it was ended before its time; null while it was not.</summary>
    public DateTimeOffset? EndTime { get; private set; }

    public SessionName Name => new(UserId, Id);

    public static Session Begin(
        Guid user, ReadOnlySpan<byte> secret, string origin, TimeSpan lifetime, DateTimeOffset now) => new()
        {
            Id = Guid.CreateVersion7(now),
            UserId = user,
            SecretHash = SignIn.SecretHash.Of(secret),
            Origin = origin,
            CreateTime = now,
            ExpireTime = now + lifetime,
            LastUseTime = now,
        };

    /// <summary>When it ends unless it is used before.</summary>
    public DateTimeOffset IdleEnd(TimeSpan idleTime) => IdleEnd(ExpireTime, LastUseTime, idleTime);

    /// <inheritdoc cref="IdleEnd(TimeSpan)"/>
    public static DateTimeOffset IdleEnd(DateTimeOffset expireTime, DateTimeOffset lastUseTime, TimeSpan idleTime) =>
        expireTime - lastUseTime > idleTime ? lastUseTime + idleTime : expireTime;

    /// <summary>Whether whoever holds its token is the person now.</summary>
    public bool IsLive(TimeSpan idleTime, DateTimeOffset now) => EndTime is null && now < IdleEnd(idleTime);

    /// <summary>Whether a use at this moment is worth a write: most are not.</summary>
    public static bool IsUseWorthNoting(DateTimeOffset lastUseTime, TimeSpan idleTime, DateTimeOffset now) =>
        now - lastUseTime >= idleTime / 20;

    /// <summary>Ends it. Ending it again keeps the first time.</summary>
    public void End(DateTimeOffset now) => EndTime ??= now;
}
