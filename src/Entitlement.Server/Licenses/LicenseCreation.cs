using System.Text.Json;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Names;
using Entitlement.Domain.Products;
using Entitlement.Server.Idempotency;
using Entitlement.Storage;
using Entitlement.Storage.Directories;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Licenses;

/// <summary>A license that is wanted for an account.</summary>
internal sealed record LicenseCreation(AccountName Account, ProductName Product, LicenseTerms Terms)
{
    /// <exception cref="EntitlementException">It can't be created.</exception>
    public async Task<Outcome> RunAsync(Change change, CancellationToken cancellationToken)
    {
        if (!await change.Db.Accounts.AnyAsync(account => account.Id == Account.AccountId, cancellationToken))
        {
            throw Refusal.NotFound($"{Account}");
        }

        if (await FindAsync(change.Db, cancellationToken) is { } existing)
        {
            return new Outcome($"{existing}", Existed: true);
        }

        var product =
            await change.Db.Products.SingleOrDefaultAsync(row => row.Id == Product.ProductId, cancellationToken)
            ?? throw Refusal.NotFound($"{Product}");
        var (license, features) = License.Create(Account, Product, Terms, change.Now);
        Stage(change, product, license, features);
        return new Outcome($"{license.Name}", Existed: false);
    }

    /// <summary>Writes a new license down, with all that leads to it.</summary>
    /// <param name="change">The transaction.</param>
    /// <param name="product">Its product, tracked.</param>
    /// <param name="license">The license.</param>
    /// <param name="features">Its feature lines.</param>
    /// <param name="action">What the audit trail says was done.</param>
    public static void Stage(
        Change change,
        Product product,
        License license,
        IReadOnlyCollection<FeatureLine> features,
        string action = "license.create")
    {
        if (license.IsTrial)
        {
            product.OfferTrials();
        }

        change.Db.Licenses.Add(license);
        change.Db.FeatureLines.AddRange(features);
        change.Db.SlcEntries.Add(SlcEntry.For(license));
        if (ExternalRefEntry.For(license) is { } reference)
        {
            change.Db.ExternalRefEntries.Add(reference);
        }

        var details = new LicenseCreated(
            $"{product.Name}", license.Slc.Ending, license.MachineLimit, features.Count, license.TrialDays);
        change.Audit(
            license.AccountId,
            action,
            $"{license.Name}",
            JsonSerializer.Serialize(details, LicenseJson.Default.LicenseCreated));
    }

    /// <summary>
    /// The license that has the wanted reference; null when none has. Whoever takes the reference between this look and the
    /// commit is stopped by its key, and found here then.
    /// </summary>
    private async Task<LicenseName?> FindAsync(EntitlementDbContext db, CancellationToken cancellationToken)
    {
        if (Terms.ExternalRef.Length == 0)
        {
            return null;
        }

        var entry = await db.ExternalRefEntries.SingleOrDefaultAsync(
            entry => entry.Kind == ExternalRefKind.License && entry.Value == Terms.ExternalRef, cancellationToken);
        return entry switch
        {
            null => null,
            _ when entry.AccountId == Account.AccountId => new LicenseName(entry.AccountId, entry.ResourceId),
            _ => throw Refusal.ExternalRefTaken(Terms.ExternalRef),
        };
    }
}
