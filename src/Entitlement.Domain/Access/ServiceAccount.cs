using Entitlement.Domain.Names;

namespace Entitlement.Domain.Access;

/// <summary>A portal or a script that calls with API keys. It belongs to one account or to the system.</summary>
public sealed class ServiceAccount
{
    private ServiceAccount()
    {
    }

    public Guid Id { get; private init; }

    /// <summary>Null for one of the system.</summary>
    public Guid? AccountId { get; private init; }

    public string DisplayName { get; private set; } = "";

    /// <summary>Whether it may call at all.</summary>
    public bool IsEnabled { get; private set; }

    /// <summary>Raised by every change, and guards the row.</summary>
    public int Revision { get; private set; }

    public DateTimeOffset CreateTime { get; private init; }

    public ServiceAccountName Name => new(AccountId, Id);

    public static ServiceAccount Create(Guid? account, string displayName, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        AccountId = account,
        DisplayName = Text.DisplayName(displayName, "service_account.display_name"),
        IsEnabled = true,
        CreateTime = now,
    };

    public void Switch(bool isEnabled)
    {
        IsEnabled = isEnabled;
        Revision++;
    }
}

/// <summary>An API key of a service account.</summary>
public sealed class ServiceAccountKey
{
    private ServiceAccountKey()
    {
    }

    public Guid Id { get; private init; }

    public Guid ServiceAccountId { get; private init; }

    /// <summary>SHA-256 of the secret; the secret itself is shown once and kept nowhere.</summary>
    public byte[] SecretHash { get; private init; } = [];

    public DateTimeOffset CreateTime { get; private init; }

    /// <summary>From when on it is no longer accepted; null for never.</summary>
    public DateTimeOffset? ExpireTime { get; private init; }

    /// <summary>When it was revoked; null while it is not.</summary>
    public DateTimeOffset? RevokeTime { get; private set; }

    public static ServiceAccountKey Create(
        Guid serviceAccount, ReadOnlySpan<byte> secret, DateTimeOffset? expireTime, DateTimeOffset now) => new()
        {
            Id = Guid.CreateVersion7(now),
            ServiceAccountId = serviceAccount,
            SecretHash = SignIn.SecretHash.Of(secret),
            CreateTime = now,
            ExpireTime = expireTime,
        };

    public void Revoke(DateTimeOffset now) => RevokeTime ??= now;
}
