using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Accounts;
using Entitlement.Server.Idempotency;
using Entitlement.Server.Licenses;
using Entitlement.V1;
using Account = Entitlement.Domain.Accounts.Account;
using NewAccount = Entitlement.Domain.Accounts.NewAccount;

namespace Entitlement.Server.Estate;

internal sealed class AccountRecord : ImportRecord
{
    private readonly EstateAccount _wanted;
    private readonly Origin _origin;
    private readonly NewAccount _account;
    private readonly DateTimeOffset? _superviseTime;

    public AccountRecord(EstateAccount wanted)
    {
        RequireIdentity(wanted.Name, wanted.ExternalRef, "account");
        if (wanted is { Parent.Length: > 0, ParentRef.Length: > 0 })
        {
            throw Refusal.InvalidArgument("account.parent", "or parent_ref says what is above it, and not both");
        }

        _wanted = wanted;
        _origin = OriginOf(
            wanted.Name.Length > 0 ? AccountName.Parse(wanted.Name, "account.name").AccountId : null,
            wanted.CreateTime,
            "account");
        _superviseTime = WantedLicense.ReadTime(wanted.SuperviseTime, "account.supervise_time");
        _account = new NewAccount
        {
            DisplayName = wanted.DisplayName,
            ExternalRef = wanted.ExternalRef,
            CustomerNumber = wanted.CustomerNumber,
            Contact = wanted.Contact.ToDomain(),
            Policy = wanted.Policy.ToDomain("account.policy"),
        };
    }

    public override async Task<Outcome> RunAsync(ImportStep step, CancellationToken cancellationToken)
    {
        var parent = await FindParentAsync(step, cancellationToken);
        var account = Account.Import(
            _origin.Require("account", step.Now), _account with { ParentId = parent?.Id }, _superviseTime, step.Now);
        if (await FindAsync(step, cancellationToken) is { } existing)
        {
            RequireSame(existing, account);
            return new Outcome($"{existing.Name}", Existed: true);
        }

        if (account.CustomerNumber is { } number && await step.HasCustomerNumberAsync(number, cancellationToken))
        {
            throw Refusal.CustomerNumberTaken(number);
        }

        await step.AddAsync(account, isKnown: _origin.Id is not null, cancellationToken);
        return new Outcome($"{account.Name}", Existed: false);
    }

    private async Task<Account?> FindAsync(ImportStep step, CancellationToken cancellationToken)
    {
        var named = _origin.Id is { } id ? await step.FindAccountAsync(new AccountName(id), cancellationToken) : null;
        return named is null && _wanted.ExternalRef.Length > 0
            ? await step.FindAccountAsync(_wanted.ExternalRef, cancellationToken)
            : named;
    }

    private async Task<Account?> FindParentAsync(ImportStep step, CancellationToken cancellationToken)
    {
        if (_wanted.ParentRef.Length > 0)
        {
            return await step.FindAccountAsync(_wanted.ParentRef, cancellationToken)
                ?? throw ParentUnknown("account.parent_ref", _wanted.ParentRef);
        }

        return _wanted.Parent.Length == 0
            ? null
            : await step.FindAccountAsync(AccountName.Parse(_wanted.Parent, "account.parent"), cancellationToken)
                ?? throw ParentUnknown("account.parent", _wanted.Parent);
    }

    /// <param name="existing">What stands.</param>
    /// <param name="wanted">What would stand if it did not. Of what the record leaves out it says nothing.</param>
    private void RequireSame(Account existing, Account wanted)
    {
        var field = existing switch
        {
            _ when _origin.Id is { } id && id != existing.Id => "name",
            _ when wanted.ExternalRef is { } reference && reference != existing.ExternalRef => "external_ref",
            _ when existing.DisplayName != wanted.DisplayName => "display_name",
            _ when wanted.ParentId is { } parent && parent != existing.ParentId =>
                _wanted.ParentRef.Length > 0 ? "parent_ref" : "parent",
            _ when wanted.CustomerNumber is { } number && number != existing.CustomerNumber => "customer_number",
            _ when _wanted.Contact is not null && wanted.Contact != existing.Contact => "contact",
            _ when _wanted.Policy != AccountPolicy.Unspecified && wanted.Policy != existing.Policy => "policy",
            _ when wanted.SuperviseTime is not null && existing.SuperviseTime is null => "supervise_time",
            _ => null,
        };
        if (field is not null)
        {
            throw Refusal.RecordDiffers($"{existing.Name}", $"account.{field}");
        }
    }

    private static EntitlementException ParentUnknown(string field, string reference) =>
        Refusal.ReferenceUnknown(field, reference, "Import the account above before those below it, or correct it.");
}
