using Entitlement.Domain.Accounts;

namespace Entitlement.Storage.Directories;

/// <summary>Leads from a customer number to the account.</summary>
public sealed class CustomerNumberEntry
{
    private CustomerNumberEntry()
    {
    }

    public string CustomerNumber { get; private init; } = "";

    public Guid AccountId { get; private init; }

    /// <returns>Null when the account has no number.</returns>
    public static CustomerNumberEntry? For(Account account) => account.CustomerNumber is { } number
        ? new CustomerNumberEntry { CustomerNumber = number, AccountId = account.Id }
        : null;
}
