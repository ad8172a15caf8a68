using Entitlement.Domain.Accounts;
using Entitlement.Domain.Activations;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Names;
using Entitlement.Domain.Products;
using Entitlement.Domain.Trials;
using Entitlement.Server.Idempotency;
using Entitlement.Server.Licenses;
using Entitlement.Server.Trials;
using Entitlement.Storage;
using Entitlement.Storage.Access;
using Entitlement.Storage.Directories;
using Entitlement.Storage.Queries;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Estate;

/// <summary>
/// What one record is judged by and written with: its transaction, or in a dry run what stands in the database together
/// with what earlier records would have created. The rules are the same for both, and stand in the records.
/// </summary>
/// <param name="change">The transaction; in a dry run a context that is only read.</param>
/// <param name="dryRun">Null when it is meant.</param>
internal sealed class ImportStep(Change change, DryRun? dryRun)
{
    private EntitlementDbContext Db => change.Db;

    public DateTimeOffset Now => change.Now;

    public async Task<Product?> FindProductAsync(string code, CancellationToken cancellationToken) =>
        dryRun?.FindProduct(code)
        ?? await Db.Products.SingleOrDefaultAsync(product => product.Code == code, cancellationToken);

    public async Task<Product?> FindProductAsync(ProductName name, CancellationToken cancellationToken) =>
        dryRun?.FindProduct($"{name}")
        ?? await Db.Products.SingleOrDefaultAsync(product => product.Id == name.ProductId, cancellationToken);

    public async Task<Account?> FindAccountAsync(AccountName name, CancellationToken cancellationToken) =>
        dryRun?.FindAccount($"{name}")
        ?? await Db.Accounts.SingleOrDefaultAsync(account => account.Id == name.AccountId, cancellationToken);

    public async Task<Account?> FindAccountAsync(string reference, CancellationToken cancellationToken)
    {
        if (dryRun?.FindAccount(DryRun.KeyOf(reference)) is { } added)
        {
            return added;
        }

        var entry = await FindReferenceAsync(ExternalRefKind.Account, reference, cancellationToken);
        return entry is null ? null : await FindAccountAsync(new AccountName(entry.AccountId), cancellationToken);
    }

    public async Task<bool> HasCustomerNumberAsync(string number, CancellationToken cancellationToken) =>
        dryRun?.HasCustomerNumber(number) == true
        || await Db.CustomerNumberEntries.AnyAsync(entry => entry.CustomerNumber == number, cancellationToken);

    public async Task<SoldLicense?> FindLicenseAsync(LicenseName name, CancellationToken cancellationToken) =>
        dryRun?.FindLicense(DryRun.KeyOf(name)) is { } added && added.License.Name == name
            ? added
            : await LoadAsync(name, cancellationToken);

    public async Task<SoldLicense?> FindLicenseAsync(string reference, CancellationToken cancellationToken)
    {
        if (dryRun?.FindLicense(DryRun.KeyOf(reference)) is { } added)
        {
            return added;
        }

        var entry = await FindReferenceAsync(ExternalRefKind.License, reference, cancellationToken);
        return entry is null
            ? null
            : await LoadAsync(new LicenseName(entry.AccountId, entry.ResourceId), cancellationToken);
    }

    public async Task<SoldLicense?> FindLicenseAsync(Slc slc, CancellationToken cancellationToken)
    {
        if (dryRun?.FindLicense(DryRun.KeyOf(slc)) is { } added)
        {
            return added;
        }

        var entry = await Db.SlcEntries.SingleOrDefaultAsync(entry => entry.Slc == slc, cancellationToken);
        return entry is null ? null : await LoadAsync(entry.License, cancellationToken);
    }

    /// <summary>By its id alone, which no license of another account may have either.</summary>
    public async Task<SoldLicense?> FindLicenseAsync(Guid id, CancellationToken cancellationToken)
    {
        if (dryRun?.FindLicense(DryRun.KeyOf(id)) is { } added)
        {
            return added;
        }

        var entry = await Db.SlcEntries.SingleOrDefaultAsync(entry => entry.LicenseId == id, cancellationToken);
        return entry is null ? null : await LoadAsync(entry.License, cancellationToken);
    }

    /// <summary>By its id, which no other license of the account may have either.</summary>
    public async Task<Activation?> FindActivationAsync(LicenseName license, Guid id, CancellationToken cancellationToken) =>
        dryRun?.FindActivation(license.LicenseId, DryRun.KeyOf(id))
        ?? await Db.Activations.FirstOrDefaultAsync(
            row => row.AccountId == license.AccountId && row.Id == id, cancellationToken);

    public async Task<Activation?> FindActivationAsync(
        LicenseName license, string reference, CancellationToken cancellationToken) =>
        dryRun?.FindActivation(license.LicenseId, DryRun.KeyOf(reference))
        ?? await Db.Activations.SingleOrDefaultAsync(
            row => row.AccountId == license.AccountId
                && row.LicenseId == license.LicenseId
                && row.ExternalRef == reference,
            cancellationToken);

    public async Task<Activation?> FindActivationAsync(
        LicenseName license, byte[] thumbprint, CancellationToken cancellationToken) =>
        dryRun?.FindActivation(license.LicenseId, DryRun.KeyOf(thumbprint))
        ?? await Db.FindActivationAsync(license.AccountId, license.LicenseId, thumbprint, cancellationToken);

    /// <summary>By its id alone, which no trial of another account may have either.</summary>
    public async Task<Trial?> FindTrialAsync(TrialName name, CancellationToken cancellationToken) =>
        dryRun?.FindTrial(name.TrialId) ?? await Db.FindTrialAsync(name.TrialId, cancellationToken);

    /// <summary>Those of a machine's marks that lead to a trial of the product.</summary>
    public async Task<IReadOnlyList<KnownMark>> FindTrialsAsync(
        Guid productId, IReadOnlyCollection<MachineMark> marks, CancellationToken cancellationToken) =>
    [
        .. dryRun?.FindTrials(productId, marks) ?? [],
        .. await Db.FindTrialsAsync(productId, marks, cancellationToken),
    ];

    /// <summary>The line as it stands now.</summary>
    public SeatLine Held(LicenseName license, SeatLine line) => dryRun?.Held(license.LicenseId, line) ?? line;

    public void Add(Product product)
    {
        if (dryRun is not null)
        {
            dryRun.Add(product);
            return;
        }

        Db.Products.Add(product);
        change.Audit(account: null, "product.import", $"{product.Name}", EstateJson.Of(new ProductImported(product.Code)));
    }

    public async Task AddAsync(Account account, bool isKnown, CancellationToken cancellationToken)
    {
        if (dryRun is not null)
        {
            await RequireDepthAsync(account, cancellationToken);
            dryRun.Add(account);
            return;
        }

        await Db.AddAccountAsync(account, cancellationToken);
        change.Audit(account.Id, "account.import", $"{account.Name}");
        if (isKnown)
        {
            // Servers may remember that there was no account of this name; one that was made just now nobody can have asked for.
            change.Touch(AccessThing.Account, account.Id);
        }
    }

    /// <param name="sold">The license.</param>
    /// <param name="product">Its product, as it was found here.</param>
    public void Add(SoldLicense sold, Product product)
    {
        if (dryRun is not null)
        {
            dryRun.Add(sold);
            return;
        }

        LicenseCreation.Stage(change, product, sold.License, sold.Features, "license.import");
    }

    public void Add(Trial trial, IReadOnlyList<TrialMark> marks)
    {
        if (dryRun is not null)
        {
            dryRun.Add(trial, marks);
            return;
        }

        Db.Trials.Add(trial);
        Db.TrialMarks.AddRange(marks);
        change.Audit(
            trial.AccountId,
            "trial.import",
            $"{trial.Name}",
            TrialJson.Of(new TrialImported(trial.EndTime, trial.HardwareMarks)));
    }

    /// <param name="activation">The activation.</param>
    /// <param name="license">Its license.</param>
    /// <param name="devices">Its devices.</param>
    /// <param name="seats">What it takes; found to be left.</param>
    /// <param name="cancellationToken">Stops before the next statement.</param>
    public async Task AddAsync(
        Activation activation,
        License license,
        IReadOnlyList<Device> devices,
        IReadOnlyList<SeatLine> seats,
        CancellationToken cancellationToken)
    {
        if (dryRun is not null)
        {
            dryRun.Add(activation, seats);
            return;
        }

        if (activation.AwaitsMachine)
        {
            license.ExpectMachines();
        }

        Db.Activations.Add(activation);
        Db.ActivationDevices.AddRange(devices.Select(device => ActivationDevice.Create(activation, device)));
        change.Audit(
            activation.AccountId,
            "activation.import",
            $"{activation.Name}",
            EstateJson.Of(new ActivationImported(activation.Generation, GenerationBefore: 0, devices.Count)));
        await Db.SaveChangesAsync(cancellationToken);

        // Last, as whoever takes seats does; what was found to be left may be gone.
        if (!await Seats.TakeAsync(Db, license.Name, license.Terms, seats, cancellationToken))
        {
            throw new StaleReadException("The license is no longer what was read.");
        }
    }

    /// <summary>What the tree itself refuses when it is meant.</summary>
    private async Task RequireDepthAsync(Account account, CancellationToken cancellationToken)
    {
        var depth = 1;
        for (var above = account.ParentId; above is { } id; depth++)
        {
            if (depth == Account.MaxDepth)
            {
                throw Refusal.AccountTooDeep(new AccountName(account.ParentId ?? id), Account.MaxDepth);
            }

            above = (await FindAccountAsync(new AccountName(id), cancellationToken))?.ParentId;
        }
    }

    private Task<ExternalRefEntry?> FindReferenceAsync(
        ExternalRefKind kind, string reference, CancellationToken cancellationToken) =>
        Db.ExternalRefEntries.SingleOrDefaultAsync(
            entry => entry.Kind == kind && entry.Value == reference, cancellationToken);

    private async Task<SoldLicense?> LoadAsync(LicenseName name, CancellationToken cancellationToken)
    {
        var license = await Db.Licenses.Named(name).SingleOrDefaultAsync(cancellationToken);
        return license is null
            ? null
            : new SoldLicense(license, await Db.ListFeaturesAsync(name.AccountId, name.LicenseId, cancellationToken));
    }
}
