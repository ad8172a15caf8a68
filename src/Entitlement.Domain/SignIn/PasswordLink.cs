using Entitlement.Domain.Errors;

namespace Entitlement.Domain.SignIn;

/// <summary>A way to set a password once: whoever holds its token reads the person's mail, or got it from an administrator.</summary>
public sealed class PasswordLink
{
    private PasswordLink()
    {
    }

    public Guid Id { get; private init; }

    public Guid UserId { get; private init; }

    /// <summary>SHA-256 of the token's secret; the secret itself is sent once and kept nowhere.</summary>
    public byte[] SecretHash { get; private init; } = [];

    public DateTimeOffset CreateTime { get; private init; }

    public DateTimeOffset ExpireTime { get; private init; }

    /// <summary>When it was used; null while it was not.</summary>
    public DateTimeOffset? UseTime { get; private set; }

    /// <summary>When the password was changed by other means, which ended it; null while it was not.</summary>
    public DateTimeOffset? EndTime { get; private set; }

    /// <summary>Raised by every change, and guards the row: of two who use it at once, one is too late.</summary>
    public int Revision { get; private set; }

    public static PasswordLink Create(Guid user, ReadOnlySpan<byte> secret, TimeSpan lifetime, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        UserId = user,
        SecretHash = SignIn.SecretHash.Of(secret),
        CreateTime = now,
        ExpireTime = now + lifetime,
    };

    public bool HasSecret(ReadOnlySpan<byte> secret) => SignIn.SecretHash.Matches(SecretHash, secret);

    /// <exception cref="EntitlementException"><see cref="FailureReason.PasswordLinkInvalid"/>.</exception>
    public void RequireUsable(DateTimeOffset now)
    {
        if (UseTime is { } used)
        {
            throw Refusal.PasswordLinkUsed(used);
        }

        if (EndTime is { } ended)
        {
            throw Refusal.PasswordLinkEnded(ended);
        }

        if (now >= ExpireTime)
        {
            throw Refusal.PasswordLinkExpired(ExpireTime);
        }
    }

    /// <inheritdoc cref="RequireUsable"/>
    public void Use(DateTimeOffset now)
    {
        RequireUsable(now);
        UseTime = now;
        Revision++;
    }

    /// <summary>Ends it unused.</summary>
    public void End(DateTimeOffset now)
    {
        if (UseTime is null && EndTime is null)
        {
            EndTime = now;
            Revision++;
        }
    }
}
