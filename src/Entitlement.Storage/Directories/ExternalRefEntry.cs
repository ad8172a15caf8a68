using Entitlement.Domain.Accounts;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.People;

namespace Entitlement.Storage.Directories;

/// <summary>What an external reference names. Stored by number.</summary>
public enum ExternalRefKind
{
    Account = 1,
    License = 2,
    User = 3,
}

/// <summary>Leads from what another system calls a thing to the thing: a directory over all accounts.</summary>
public sealed class ExternalRefEntry
{
    private ExternalRefEntry()
    {
    }

    public ExternalRefKind Kind { get; private init; }

    public string Value { get; private init; } = "";

    public Guid AccountId { get; private init; }

    /// <summary>The thing's own id; for an account the same as <see cref="AccountId"/>.</summary>
    public Guid ResourceId { get; private init; }

    /// <returns>Null when the account has no reference.</returns>
    public static ExternalRefEntry? For(Account account) =>
        account.ExternalRef is { } value ? Create(ExternalRefKind.Account, value, account.Id, account.Id) : null;

    /// <returns>Null when the license has no reference.</returns>
    public static ExternalRefEntry? For(License license) =>
        license.ExternalRef is { } value ? Create(ExternalRefKind.License, value, license.AccountId, license.Id) : null;

    /// <returns>Null when the person has no reference.</returns>
    public static ExternalRefEntry? For(User user) =>
        user.ExternalRef is { } value ? Create(ExternalRefKind.User, value, user.PrimaryAccountId ?? Guid.Empty, user.Id) : null;

    private static ExternalRefEntry Create(ExternalRefKind kind, string value, Guid accountId, Guid resourceId) => new()
    {
        Kind = kind,
        Value = value,
        AccountId = accountId,
        ResourceId = resourceId,
    };
}
