using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;

namespace Entitlement.Domain.Accounts;

/// <summary>Where an account is and whom to reach there; each part is empty where it is not known.</summary>
/// <param name="PostalAddress">As it stands on an envelope, its lines parted by commas: at most 512 characters.</param>
/// <param name="CountryCode">ISO 3166-1 alpha-2, such as <c>AT</c>.</param>
/// <param name="ContactName">Whom to ask for: at most 256 characters.</param>
/// <param name="ContactEmail">As <see cref="EmailAddress"/> writes it.</param>
/// <param name="ContactPhoneNumber">As people write it.</param>
public sealed record ContactDetails(
    string PostalAddress, string CountryCode, string ContactName, string ContactEmail, string ContactPhoneNumber)
{
    public static readonly ContactDetails None = new("", "", "", "", "");

    /// <summary>Checks what a caller sent.</summary>
    /// <param name="wanted">Not checked yet.</param>
    /// <param name="field">The request field it came in, for the refusal.</param>
    /// <exception cref="EntitlementException"><see cref="FailureReason.InvalidArgument"/>: a part breaks its rule.</exception>
    public static ContactDetails Parse(ContactDetails wanted, string field) => new(
        Text.Require(wanted.PostalAddress, $"{field}.postal_address", 0, Text.MaxAddressLength),
        Country(wanted.CountryCode, $"{field}.country_code"),
        wanted.ContactName.Length == 0 ? "" : Text.PersonName(wanted.ContactName, $"{field}.contact_name"),
        wanted.ContactEmail.Length == 0 ? "" : EmailAddress.Parse(wanted.ContactEmail, $"{field}.contact_email"),
        Text.PhoneNumber(wanted.ContactPhoneNumber, $"{field}.contact_phone_number") ?? "");

    private static string Country(string text, string field) =>
        text.Length == 0 || (text.Length == 2 && text.All(char.IsAsciiLetterUpper))
            ? text
            : throw Refusal.InvalidArgument(field, "must be two capital letters as ISO 3166-1 has them, such as AT");
}
