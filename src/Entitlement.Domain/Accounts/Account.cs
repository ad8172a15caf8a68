using Entitlement.Domain.Names;

namespace Entitlement.Domain.Accounts;

/// <summary>An organisation that owns licenses: the vendor, a partner, a customer.</summary>
public sealed class Account
{
    private Account()
    {
    }

    public Guid Id { get; private init; }

    public string DisplayName { get; private init; } = "";

    /// <summary>What another system calls it; null when it has no such name.</summary>
    public string? ExternalRef { get; private init; }

    public DateTimeOffset CreateTime { get; private init; }

    public AccountName Name => new(Id);

    public static Account Open(string displayName, string externalRef, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        DisplayName = Text.DisplayName(displayName, "account.display_name"),
        ExternalRef = Text.ExternalRef(externalRef, "account.external_ref"),
        CreateTime = now,
    };

    /// <summary>As another system, or an export of this one, has it.</summary>
    public static Account Import(Origin origin, string displayName, string externalRef, DateTimeOffset now) => new()
    {
        Id = origin.NewId(now),
        DisplayName = Text.DisplayName(displayName, "account.display_name"),
        ExternalRef = Text.ExternalRef(externalRef, "account.external_ref"),
        CreateTime = origin.Begin(now),
    };
}
