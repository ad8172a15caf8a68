using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Idempotency;
using Entitlement.Storage.Access;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Accounts;

/// <summary>What is to change of an account.</summary>
/// <param name="Name">The account.</param>
/// <param name="Wanted">The new values.</param>
/// <param name="Fields">Which of them count.</param>
internal sealed record AccountUpdate(AccountName Name, V1.Account Wanted, IReadOnlyCollection<string> Fields)
{
    private const string DisplayName = "display_name";
    private const string Contact = "contact";
    private const string Policy = "policy";

    private static readonly string[] Known = [DisplayName, Contact, Policy];

    public bool ChangesPolicy => Fields.Contains(Policy);

    /// <exception cref="EntitlementException">The request breaks a rule that needs no account to be told.</exception>
    public static AccountUpdate Parse(V1.UpdateAccountRequest request)
    {
        var fields = request.UpdateMask?.Paths ?? [];
        return fields.Count > 0 && fields.All(Known.Contains)
            ? new AccountUpdate(
                AccountName.Parse(request.Name, "name"),
                request.Account ?? throw Refusal.InvalidArgument("account", "is required"),
                fields)
            : throw Refusal.InvalidArgument("update_mask", $"must name at least one of {string.Join(", ", Known)}, and nothing else");
    }

    /// <exception cref="EntitlementException">There is no such account, or a value breaks its rule.</exception>
    public async Task<Outcome> RunAsync(Change change, CancellationToken cancellationToken)
    {
        var account = await change.Db.Accounts.SingleOrDefaultAsync(row => row.Id == Name.AccountId, cancellationToken)
            ?? throw Refusal.NotFound($"{Name}");
        if (Fields.Contains(DisplayName))
        {
            account.Rename(Wanted.DisplayName);
        }

        if (Fields.Contains(Contact))
        {
            account.Contacts(Wanted.Contact.ToDomain());
        }

        if (ChangesPolicy)
        {
            account.Follow(Wanted.Policy.ToDomain("account.policy"));
            change.Touch(AccessThing.Account, Name.AccountId);
        }

        change.Audit(Name.AccountId, "account.update", $"{Name}", AccountJson.Of(new AccountUpdated(Fields, ChangesPolicy ? $"{account.Policy}" : null)));
        return new Outcome($"{Name}", Existed: false);
    }
}
