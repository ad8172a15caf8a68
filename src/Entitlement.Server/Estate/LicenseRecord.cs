using Entitlement.Domain.Errors;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Names;
using Entitlement.Server.Idempotency;
using Entitlement.Server.Licenses;
using Entitlement.V1;
using License = Entitlement.Domain.Licenses.License;

namespace Entitlement.Server.Estate;

internal sealed class LicenseRecord : ImportRecord
{
    private const string Kind = "license";

    private readonly EstateLicense _wanted;
    private readonly LicenseName? _name;
    private readonly LicenseTerms _terms;
    private readonly ImportedLicense _past;

    public LicenseRecord(EstateLicense wanted)
    {
        RequireIdentity(wanted.Name, wanted.ExternalRef, Kind);
        RequireOneOf(Kind, ("account_ref", wanted.AccountRef), ("account", wanted.Account), ("name", wanted.Name));
        _wanted = wanted;
        _name = wanted.Name.Length > 0 ? LicenseName.Parse(wanted.Name, "license.name") : null;
        var terms = wanted.ToLicense().ToTerms();
        _terms = terms with { Features = [.. terms.Features.Zip(wanted.Features, OfSold)] };
        _past = new ImportedLicense
        {
            Origin = OriginOf(_name?.LicenseId, wanted.CreateTime, Kind),
            Slc = wanted.Slc.Length > 0 ? Slc.Parse(wanted.Slc) : null,
            SuspendTime = WantedLicense.ReadTime(wanted.SuspendTime, "license.suspend_time"),
            RevokeTime = WantedLicense.ReadTime(wanted.RevokeTime, "license.revoke_time"),
            SoldMachines = wanted.SoldMachineLimit,
        };
    }

    public override async Task<Outcome> RunAsync(ImportStep step, CancellationToken cancellationToken)
    {
        _past.Origin.Require(Kind, step.Now);
        var account = await FindOwnerAsync(step, cancellationToken);
        var product = await step.FindProductAsync(_wanted.ProductCode, cancellationToken)
            ?? throw Refusal.ReferenceUnknown(
                "license.product_code", _wanted.ProductCode, "Import the product before its licenses, or create it.");
        var (license, features) = License.Import(account, product.Name, _terms, _past, step.Now);
        if (await FindAsync(step, cancellationToken) is { } existing)
        {
            RequireSame(existing, account, product.Name);
            return new Outcome($"{existing.License.Name}", Existed: true);
        }

        step.Add(new SoldLicense(license, features), product);
        return new Outcome($"{license.Name}", Existed: false);
    }

    private async Task<AccountName> FindOwnerAsync(ImportStep step, CancellationToken cancellationToken)
    {
        if (_wanted.AccountRef.Length > 0)
        {
            return (await step.FindAccountAsync(_wanted.AccountRef, cancellationToken)
                ?? throw AccountUnknown("license.account_ref", _wanted.AccountRef)).Name;
        }

        var (field, name) = _name is { } own
            ? ("license.name", new AccountName(own.AccountId))
            : ("license.account", AccountName.Parse(_wanted.Account, "license.account"));
        return await step.FindAccountAsync(name, cancellationToken) is { } account
            ? account.Name
            : throw AccountUnknown(field, $"{name}");
    }

    private async Task<SoldLicense?> FindAsync(ImportStep step, CancellationToken cancellationToken)
    {
        var found = _name is { } name ? await step.FindLicenseAsync(name.LicenseId, cancellationToken) : null;
        if (found is null && _wanted.ExternalRef.Length > 0)
        {
            found = await step.FindLicenseAsync(_wanted.ExternalRef, cancellationToken);
        }

        return found is null && _past.Slc is { } slc ? await step.FindLicenseAsync(slc, cancellationToken) : found;
    }

    private void RequireSame(SoldLicense existing, AccountName account, ProductName product)
    {
        var license = existing.License;
        if (license.AccountId != account.AccountId
            && license.ExternalRef is { } reference
            && reference == _wanted.ExternalRef)
        {
            throw Refusal.ExternalRefTaken(reference);
        }

        var field = (_name is { } name && name != license.Name) || license.AccountId != account.AccountId
            ? "name"
            : license.FirstDifference(product, _terms, _past, existing.Features);
        if (field is not null)
        {
            throw Refusal.RecordDiffers($"{license.Name}", $"license.{field}");
        }
    }

    /// <summary>With what was sold, a quantity of 0 is one that was chosen.</summary>
    private static FeatureTerms OfSold(FeatureTerms terms, V1.FeatureLine line) => line.SoldQuantity == 0
        ? terms
        : terms with { Quantity = line.Quantity, Sold = line.SoldQuantity };

    private static EntitlementException AccountUnknown(string field, string reference) =>
        Refusal.ReferenceUnknown(field, reference, "Import the account before its licenses, or correct it.");
}
