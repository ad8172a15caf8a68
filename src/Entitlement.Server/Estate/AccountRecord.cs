using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Idempotency;
using Entitlement.V1;
using Account = Entitlement.Domain.Accounts.Account;

namespace Entitlement.Server.Estate;

internal sealed class AccountRecord : ImportRecord
{
    private readonly EstateAccount _wanted;
    private readonly Origin _origin;

    public AccountRecord(EstateAccount wanted)
    {
        RequireIdentity(wanted.Name, wanted.ExternalRef, "account");
        _wanted = wanted;
        _origin = OriginOf(
            wanted.Name.Length > 0 ? AccountName.Parse(wanted.Name, "account.name").AccountId : null,
            wanted.CreateTime,
            "account");
    }

    public override async Task<Outcome> RunAsync(ImportStep step, CancellationToken cancellationToken)
    {
        var account = Account.Import(
            _origin.Require("account", step.Now), _wanted.DisplayName, _wanted.ExternalRef, step.Now);
        if (await FindAsync(step, cancellationToken) is { } existing)
        {
            RequireSame(existing);
            return new Outcome($"{existing.Name}", Existed: true);
        }

        await step.AddAsync(account, cancellationToken);
        return new Outcome($"{account.Name}", Existed: false);
    }

    private async Task<Account?> FindAsync(ImportStep step, CancellationToken cancellationToken)
    {
        var named = _origin.Id is { } id ? await step.FindAccountAsync(new AccountName(id), cancellationToken) : null;
        return named is null && _wanted.ExternalRef.Length > 0
            ? await step.FindAccountAsync(_wanted.ExternalRef, cancellationToken)
            : named;
    }

    private void RequireSame(Account existing)
    {
        var field = existing switch
        {
            _ when _origin.Id is { } id && id != existing.Id => "account.name",
            _ when _wanted.ExternalRef is { Length: > 0 } wanted && wanted != existing.ExternalRef =>
                "account.external_ref",
            _ when existing.DisplayName != _wanted.DisplayName => "account.display_name",
            _ => null,
        };
        if (field is not null)
        {
            throw Refusal.RecordDiffers($"{existing.Name}", field);
        }
    }
}
