using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;

namespace Entitlement.Domain.People;

/// <summary>Where a person may hold roles at all; set once. Stored by number.</summary>
public enum UserScope
{
    /// <summary>In the accounts that the person is a member of, and below them.</summary>
    Account = 1,

    /// <summary>Anywhere.</summary>
    System = 2,
}

/// <summary>A person, known by a mail address that no other person has.</summary>
public sealed class User
{
    private User()
    {
    }

    public Guid Id { get; private init; }

    /// <summary>The person's full name; empty once the person was erased.</summary>
    public string DisplayName { get; private set; } = "";

    /// <summary>As <see cref="EmailAddress"/> writes it; null once the person was erased.</summary>
    public string? Email { get; private set; }

    /// <summary>Null when none was given.</summary>
    public string? PhoneNumber { get; private set; }

    /// <summary>What another system calls the person; null when it has no such name.</summary>
    public string? ExternalRef { get; private set; }

    public UserScope Scope { get; private init; }

    /// <summary>Whether the person may call at all.</summary>
    public bool IsEnabled { get; private set; }

    /// <summary>Whether it was made by a command on the server itself: such a one can't be deleted or switched off by a call.</summary>
    public bool IsDefaultAdministrator { get; private init; }

    /// <summary>The account in which the person acts when nothing else is said; null for somebody without any.</summary>
    public Guid? PrimaryAccountId { get; private set; }

    /// <summary>Raised by every change, and guards the row.</summary>
    public int Revision { get; private set; }

    public DateTimeOffset CreateTime { get; private init; }

    /// <summary>When the person's data were erased; null for everybody else.</summary>
    public DateTimeOffset? EraseTime { get; private set; }

    public UserName Name => new(Id);

    /// <exception cref="EntitlementException"><see cref="FailureReason.InvalidArgument"/>: one of the texts breaks its rule.</exception>
    public static User Create(NewUser wanted, UserScope scope, Guid? account, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        DisplayName = wanted.DisplayName,
        Email = wanted.Email,
        PhoneNumber = wanted.PhoneNumber,
        ExternalRef = wanted.ExternalRef,
        Scope = scope,
        IsEnabled = true,
        PrimaryAccountId = account,
        CreateTime = now,
    };

    /// <summary>As the operator of the server makes one.</summary>
    public static User CreateDefaultAdministrator(NewUser wanted, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        DisplayName = wanted.DisplayName,
        Email = wanted.Email,
        Scope = UserScope.System,
        IsEnabled = true,
        IsDefaultAdministrator = true,
        CreateTime = now,
    };

    public void Rename(string displayName)
    {
        DisplayName = Text.PersonName(displayName, "user.display_name");
        Revision++;
    }

    public void ChangeEmail(string email)
    {
        Email = EmailAddress.Parse(email, "user.email");
        Revision++;
    }

    public void ChangePhoneNumber(string phoneNumber)
    {
        PhoneNumber = Text.PhoneNumber(phoneNumber, "user.phone_number");
        Revision++;
    }

    public void Enable()
    {
        IsEnabled = true;
        Revision++;
    }

    /// <exception cref="EntitlementException"><see cref="FailureReason.DefaultAdministrator"/>.</exception>
    public void Disable()
    {
        RefuseForDefaultAdministrator();
        IsEnabled = false;
        Revision++;
    }

    /// <param name="account">An account that the person is a member of; null when none is left.</param>
    public void MakePrimary(Guid? account)
    {
        PrimaryAccountId = account;
        Revision++;
    }

    /// <summary>Takes away all that tells who the person is; the id stays, because the audit trail names it.</summary>
    /// <exception cref="EntitlementException"><see cref="FailureReason.DefaultAdministrator"/>.</exception>
    public void Erase(DateTimeOffset now)
    {
        RefuseForDefaultAdministrator();
        DisplayName = "";
        Email = null;
        PhoneNumber = null;
        ExternalRef = null;
        IsEnabled = false;
        PrimaryAccountId = null;
        EraseTime = now;
        Revision++;
    }

    private void RefuseForDefaultAdministrator()
    {
        if (IsDefaultAdministrator)
        {
            throw Refusal.DefaultAdministrator(Name);
        }
    }
}

/// <summary>A person to be made, whose texts keep their rules.</summary>
/// <param name="DisplayName">The person's full name.</param>
/// <param name="Email">As <see cref="EmailAddress"/> writes it.</param>
/// <param name="PhoneNumber">Null for none.</param>
/// <param name="ExternalRef">Null for none.</param>
public sealed record NewUser(string DisplayName, string Email, string? PhoneNumber, string? ExternalRef)
{
    /// <param name="displayName">What the caller sent.</param>
    /// <param name="email">What the caller sent.</param>
    /// <param name="phoneNumber">What the caller sent; empty for none.</param>
    /// <param name="externalRef">What the caller sent; empty for none.</param>
    /// <param name="field">The request field that they came in, for the refusal.</param>
    /// <exception cref="EntitlementException"><see cref="FailureReason.InvalidArgument"/>: one of them breaks its rule.</exception>
    public static NewUser Parse(string displayName, string email, string phoneNumber, string externalRef, string field) => new(
        Text.PersonName(displayName, $"{field}.display_name"),
        EmailAddress.Parse(email, $"{field}.email"),
        Text.PhoneNumber(phoneNumber, $"{field}.phone_number"),
        Text.ExternalRef(externalRef, $"{field}.external_ref"));
}
