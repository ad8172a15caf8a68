using Entitlement.Domain.Accounts;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Google.Protobuf.WellKnownTypes;
using AccountPolicy = Entitlement.Domain.Access.AccountPolicy;

namespace Entitlement.Server.Accounts;

/// <summary>Accounts as the contract shows them.</summary>
internal static class Messages
{
    public static V1.Account ToMessage(this Account account) => new()
    {
        Name = $"{account.Name}",
        DisplayName = account.DisplayName,
        ExternalRef = account.ExternalRef ?? "",
        CreateTime = account.CreateTime.ToTimestamp(),
        Parent = account.ParentId is { } parent ? $"{new AccountName(parent)}" : "",
        CustomerNumber = account.CustomerNumber ?? "",
        Contact = new V1.ContactDetails
        {
            PostalAddress = account.Contact.PostalAddress,
            CountryCode = account.Contact.CountryCode,
            ContactName = account.Contact.ContactName,
            ContactEmail = account.Contact.ContactEmail,
            ContactPhoneNumber = account.Contact.ContactPhoneNumber,
        },
        Policy = account.Policy switch
        {
            AccountPolicy.GrantsOnly => V1.AccountPolicy.GrantsOnly,
            AccountPolicy.OpenUntilSupervised => V1.AccountPolicy.OpenUntilSupervised,
        },
        SuperviseTime = account.SuperviseTime?.ToTimestamp(),
    };

    /// <param name="contact">Null for none.</param>
    public static ContactDetails ToDomain(this V1.ContactDetails? contact) => contact is null
        ? ContactDetails.None
        : new ContactDetails(
            contact.PostalAddress, contact.CountryCode, contact.ContactName, contact.ContactEmail, contact.ContactPhoneNumber);

    /// <param name="policy">What the caller sent.</param>
    /// <param name="field">The request field it came in, for the refusal.</param>
    /// <exception cref="EntitlementException">There is no such policy.</exception>
    public static AccountPolicy ToDomain(this V1.AccountPolicy policy, string field) => policy switch
    {
        V1.AccountPolicy.Unspecified or V1.AccountPolicy.GrantsOnly => AccountPolicy.GrantsOnly,
        V1.AccountPolicy.OpenUntilSupervised => AccountPolicy.OpenUntilSupervised,
        _ => throw Refusal.InvalidArgument(field, "is no policy that this service knows"),
    };
}
