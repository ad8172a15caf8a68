using System.Globalization;
using Entitlement.Domain.Activations;
using Entitlement.Domain.People;

namespace Entitlement.Domain.Notifications;

/// <summary>To whom a message goes.</summary>
/// <param name="PersonId">The user, so that the message goes when the user is erased; null for nobody that is known here.</param>
/// <param name="Address">E-mail address.</param>
/// <param name="Name">Full name, as the message addresses the person.</param>
public sealed record Recipient(Guid? PersonId, string Address, string Name);

/// <summary>
/// What a message tells beside the person's name and address: the values of its template's placeholders. Never a secret: the
/// link of a <see cref="MessageKind.Welcome"/> or a <see cref="MessageKind.PasswordReset"/> is made as the message is sent.
/// </summary>
public sealed record MessageContent
{
    private MessageContent(MessageKind kind, params IEnumerable<(string Placeholder, string? Value)> values)
    {
        Kind = kind;
        Values = values.ToDictionary(value => value.Placeholder, value => value.Value ?? "", StringComparer.Ordinal);
    }

    public MessageKind Kind { get; }

    /// <summary>By the placeholder's name; empty where there is nothing to tell.</summary>
    public IReadOnlyDictionary<string, string> Values { get; }

    /// <summary>The license file to attach; null for none.</summary>
    public IssuedFileKey? File { get; private init; }

    /// <param name="account">Display name of the account to which the person was added.</param>
    /// <param name="customerNumber">The account's; null for none.</param>
    /// <param name="phone">The person's telephone number; null for none.</param>
    public static MessageContent Welcome(string account, string? customerNumber, string? phone) =>
        new(MessageKind.Welcome, ("account", account), ("customer_number", customerNumber), ("phone", phone));

    /// <param name="account">Display name of the account.</param>
    /// <param name="customerNumber">The account's; null for none.</param>
    public static MessageContent SupervisorAppointed(string account, string? customerNumber) =>
        new(MessageKind.SupervisorAppointed, ("account", account), ("customer_number", customerNumber));

    /// <param name="file">The file.</param>
    /// <param name="product">Display name of the product.</param>
    /// <param name="machine">What the machine calls itself.</param>
    /// <param name="slcEnding">The last four characters of the license's code.</param>
    /// <param name="validUntil">When the file must be renewed, as a text; null where it has no end.</param>
    public static MessageContent LicenseFile(
        IssuedFile file, string product, string machine, string slcEnding, string? validUntil) =>
        new(
            MessageKind.LicenseFile,
            ("product", product), ("machine", machine), ("slc_ending", slcEnding), ("valid_until", validUntil))
        {
            File = new IssuedFileKey(file.AccountId, file.ActivationId, file.Generation),
        };

    /// <param name="account">Display name of the account that asks.</param>
    /// <param name="customerNumber">The account's; null for none.</param>
    /// <param name="invitation">What it asks.</param>
    public static MessageContent Invitation(string account, string? customerNumber, Invitation invitation) =>
        new(
            MessageKind.Invitation,
            ("account", account),
            ("customer_number", customerNumber),
            ("invitation", $"{invitation.Name}"),
            ("invitation_end", Tell(invitation.ExpireTime)));

    /// <param name="product">Display name of the product.</param>
    /// <param name="invitation">What is asked.</param>
    public static MessageContent ProductInvitation(string product, Invitation invitation) =>
        new(
            MessageKind.ProductInvitation,
            ("product", product),
            ("roles", string.Join(", ", invitation.ListRoles())),
            ("invitation", $"{invitation.Name}"),
            ("invitation_end", Tell(invitation.ExpireTime)));

    /// <param name="account">Display name of the account that nobody supervises any more.</param>
    /// <param name="customerNumber">The account's; null for none.</param>
    /// <param name="name">Its resource name.</param>
    public static MessageContent SupervisorGone(string account, string? customerNumber, string name) =>
        new(MessageKind.SupervisorGone, ("account", account), ("customer_number", customerNumber), ("account_name", name));

    public static MessageContent PasswordReset() => new(MessageKind.PasswordReset);

    /// <summary>The moment in UTC, to the minute, as people of any country read it.</summary>
    public static string Tell(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}

/// <summary>Which license file.</summary>
public readonly record struct IssuedFileKey(Guid AccountId, Guid ActivationId, int Generation);
