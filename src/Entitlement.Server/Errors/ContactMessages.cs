using Entitlement.Domain.Errors;

namespace Entitlement.Server.Errors;

/// <summary>Whom to ask, in the contract's form.</summary>
internal static class ContactMessages
{
    public static V1.AccessContacts ToMessage(this AccessContacts contacts) => new()
    {
        Account = $"{contacts.Account}",
        Contacts =
        {
            contacts.People.Select(person => new V1.AccessContacts.Types.Contact
            {
                Name = $"{person.Name}",
                DisplayName = person.DisplayName,
                Email = person.Email,
            }),
        },
    };
}
