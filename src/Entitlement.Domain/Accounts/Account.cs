using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;

namespace Entitlement.Domain.Accounts;

/// <summary>An organisation that owns licenses: the vendor, a partner, a customer. Accounts form a tree.</summary>
public sealed class Account
{
    /// <summary>Most accounts from a top one down to one without any below: a decision looks at each of them.</summary>
    public const int MaxDepth = 8;

    private Account()
    {
    }

    public Guid Id { get; private init; }

    /// <summary>The account right above; null at the top.</summary>
    public Guid? ParentId { get; private set; }

    public string DisplayName { get; private set; } = "";

    /// <summary>What the customer is called in the books; null when it has no such number.</summary>
    public string? CustomerNumber { get; private init; }

    /// <summary>What another system calls it; null when it has no such name.</summary>
    public string? ExternalRef { get; private init; }

    public ContactDetails Contact { get; private set; } = ContactDetails.None;

    public AccountPolicy Policy { get; private set; } = AccountPolicy.GrantsOnly;

    /// <summary>When it got its first supervisor, which it can't lose again; null before.</summary>
    public DateTimeOffset? SuperviseTime { get; private set; }

    /// <summary>
    /// Since when nobody supervises it who can call, though somebody is or was to; null while somebody does, and before the first.
    /// </summary>
    public DateTimeOffset? AbandonTime { get; private set; }

    /// <summary>Raised by every change, and guards the row.</summary>
    public int Revision { get; private set; }

    public DateTimeOffset CreateTime { get; private init; }

    public AccountName Name => new(Id);

    /// <exception cref="EntitlementException"><see cref="FailureReason.InvalidArgument"/>: one of the texts breaks its rule.</exception>
    public static Account Open(NewAccount wanted, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        ParentId = wanted.ParentId,
        DisplayName = Text.DisplayName(wanted.DisplayName, "account.display_name"),
        CustomerNumber = Text.CustomerNumber(wanted.CustomerNumber, "account.customer_number"),
        ExternalRef = Text.ExternalRef(wanted.ExternalRef, "account.external_ref"),
        Contact = ContactDetails.Parse(wanted.Contact, "account.contact"),
        Policy = wanted.Policy,
        CreateTime = now,
    };

    /// <summary>As another system, or an export of this one, has it.</summary>
    /// <param name="origin">Its name and age there.</param>
    /// <param name="wanted">What it is there; not checked yet.</param>
    /// <param name="superviseTime">When it got its first supervisor there; null for never.</param>
    /// <param name="now">The moment.</param>
    public static Account Import(Origin origin, NewAccount wanted, DateTimeOffset? superviseTime, DateTimeOffset now) => new()
    {
        Id = origin.NewId(now),
        ParentId = wanted.ParentId,
        DisplayName = Text.DisplayName(wanted.DisplayName, "account.display_name"),
        CustomerNumber = Text.CustomerNumber(wanted.CustomerNumber, "account.customer_number"),
        ExternalRef = Text.ExternalRef(wanted.ExternalRef, "account.external_ref"),
        Contact = ContactDetails.Parse(wanted.Contact, "account.contact"),
        Policy = wanted.Policy,
        SuperviseTime = superviseTime <= now || superviseTime is null
            ? superviseTime
            : throw Refusal.InvalidArgument("account.supervise_time", "must not be in the future"),
        CreateTime = origin.Begin(now),
    };

    public void Rename(string displayName)
    {
        DisplayName = Text.DisplayName(displayName, "account.display_name");
        Revision++;
    }

    /// <param name="contact">Not checked yet.</param>
    /// <exception cref="EntitlementException"><see cref="FailureReason.InvalidArgument"/>: a part breaks its rule.</exception>
    public void Contacts(ContactDetails contact)
    {
        Contact = ContactDetails.Parse(contact, "account.contact");
        Revision++;
    }

    public void Follow(AccountPolicy policy)
    {
        Policy = policy;
        Revision++;
    }

    /// <summary>
    /// Notes that somebody is to supervise it; of several times the first counts. Whether the one can call is told to
    /// <see cref="NoteSupervision"/>.
    /// </summary>
    /// <returns>Whether nobody ever was before.</returns>
    public bool Supervise(DateTimeOffset now)
    {
        if (SuperviseTime is not null)
        {
            return false;
        }

        SuperviseTime = now;
        AbandonTime = now;
        Revision++;
        return true;
    }

    /// <param name="isSupervised">Whether somebody supervises it now who can call.</param>
    /// <param name="now">When.</param>
    /// <returns>Whether the last one is gone by this.</returns>
    public bool NoteSupervision(bool isSupervised, DateTimeOffset now)
    {
        if (SuperviseTime is null || isSupervised == AbandonTime is null)
        {
            return false;
        }

        AbandonTime = isSupervised ? null : now;
        Revision++;
        return !isSupervised;
    }

    /// <param name="parent">The account that is to be right above; null for the top. It is not below this one.</param>
    public void MoveBelow(Guid? parent)
    {
        ParentId = parent;
        Revision++;
    }
}

/// <summary>An account to be opened; not checked yet.</summary>
public sealed record NewAccount
{
    public string DisplayName { get; init; } = "";

    /// <summary>Null for an account at the top.</summary>
    public Guid? ParentId { get; init; }

    public string CustomerNumber { get; init; } = "";

    public string ExternalRef { get; init; } = "";

    public ContactDetails Contact { get; init; } = ContactDetails.None;

    public AccountPolicy Policy { get; init; } = AccountPolicy.GrantsOnly;
}
