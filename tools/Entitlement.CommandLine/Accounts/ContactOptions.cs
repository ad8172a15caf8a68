using System.CommandLine;
using Entitlement.V1;

namespace Entitlement.CommandLine.Accounts;

/// <summary>The options that say where an account is and whom to reach there.</summary>
internal sealed class ContactOptions
{
    private readonly Option<string?> _address = new("--address") { Description = "As it stands on an envelope.", HelpName = "TEXT" };
    private readonly Option<string?> _country = new("--country") { Description = "Two capital letters, such as AT.", HelpName = "CODE" };
    private readonly Option<string?> _name = new("--contact") { Description = "Whom to ask for there.", HelpName = "TEXT" };
    private readonly Option<string?> _email = new("--contact-email") { Description = "The contact's mail address.", HelpName = "ADDRESS" };
    private readonly Option<string?> _phone = new("--contact-phone") { Description = "The contact's telephone number.", HelpName = "NUMBER" };

    public IEnumerable<Option<string?>> All => [_address, _country, _name, _email, _phone];

    /// <returns>All parts, empty where an option was left out; null when all were.</returns>
    public ContactDetails? Read(ParseResult parse) => All.Any(option => parse.GetValue(option) is not null)
        ? new ContactDetails
        {
            PostalAddress = parse.GetValue(_address) ?? "",
            CountryCode = parse.GetValue(_country) ?? "",
            ContactName = parse.GetValue(_name) ?? "",
            ContactEmail = parse.GetValue(_email) ?? "",
            ContactPhoneNumber = parse.GetValue(_phone) ?? "",
        }
        : null;
}
