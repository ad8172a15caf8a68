using Entitlement.Domain.Activations;
using Entitlement.Domain.Licenses;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Storage.Queries;

/// <summary>A license as its software license code leads to it.</summary>
/// <param name="License">The license, not tracked.</param>
/// <param name="ProductCode">Code of its product.</param>
public sealed record LicenseOfCode(License License, string ProductCode);

/// <summary>What handing in a license request reads, compiled once.</summary>
public static class ActivationQueries
{
    private static readonly Func<EntitlementDbContext, Slc, CancellationToken, Task<LicenseOfCode?>> LicenseBySlc =
        EF.CompileAsyncQuery((EntitlementDbContext db, Slc slc, CancellationToken _) => (
            from entry in db.SlcEntries
            join license in db.Licenses
                on new { entry.AccountId, Id = entry.LicenseId } equals new { license.AccountId, license.Id }
            join product in db.Products on license.ProductId equals product.Id
            where entry.Slc == slc
            select new LicenseOfCode(license, product.Code)).AsNoTracking().SingleOrDefault());

    private static readonly Func<EntitlementDbContext, Guid, Guid, IAsyncEnumerable<FeatureLine>> FeaturesOfLicense =
        EF.CompileAsyncQuery((EntitlementDbContext db, Guid accountId, Guid licenseId) => db.FeatureLines
            .Where(line => line.AccountId == accountId && line.LicenseId == licenseId)
            .OrderBy(line => line.Code)
            .AsNoTracking());

    private static readonly Func<EntitlementDbContext, Guid, Guid, byte[], CancellationToken, Task<Activation?>> ActivationByKey =
        EF.CompileAsyncQuery((EntitlementDbContext db, Guid accountId, Guid licenseId, byte[] thumbprint, CancellationToken _) =>
            db.Activations.AsNoTracking().SingleOrDefault(activation =>
                activation.AccountId == accountId
                && activation.LicenseId == licenseId
                && activation.Thumbprint == thumbprint));

    private static readonly Func<EntitlementDbContext, Guid, Guid, IAsyncEnumerable<ActivationDevice>> DevicesOfActivation =
        EF.CompileAsyncQuery((EntitlementDbContext db, Guid accountId, Guid activationId) => db.ActivationDevices
            .Where(device => device.AccountId == accountId && device.ActivationId == activationId)
            .OrderBy(device => device.Feature)
            .ThenBy(device => device.DeviceId)
            .AsNoTracking());

    private static readonly Func<EntitlementDbContext, byte[], Guid, CancellationToken, Task<AnsweredRequest?>> AnsweredByJti =
        EF.CompileAsyncQuery((EntitlementDbContext db, byte[] thumbprint, Guid jti, CancellationToken _) =>
            db.AnsweredRequests.AsNoTracking()
                .SingleOrDefault(request => request.Thumbprint == thumbprint && request.Jti == jti));

    private static readonly Func<EntitlementDbContext, Guid, Guid, int, CancellationToken, Task<IssuedFile?>> FileByGeneration =
        EF.CompileAsyncQuery((EntitlementDbContext db, Guid accountId, Guid activationId, int generation, CancellationToken _) =>
            db.IssuedFiles.AsNoTracking().SingleOrDefault(file =>
                file.AccountId == accountId
                && file.ActivationId == activationId
                && file.Generation == generation));

    /// <returns>Null when no license has this code.</returns>
    public static Task<LicenseOfCode?> FindLicenseAsync(
        this EntitlementDbContext db, Slc slc, CancellationToken cancellationToken) => LicenseBySlc(db, slc, cancellationToken);

    /// <summary>The feature lines of a license in the order of their codes, not tracked.</summary>
    public static async Task<IReadOnlyList<FeatureLine>> ListFeaturesAsync(
        this EntitlementDbContext db, Guid accountId, Guid licenseId, CancellationToken cancellationToken) =>
        await FeaturesOfLicense(db, accountId, licenseId).ToListAsync(cancellationToken);

    /// <summary>
    /// The activation that an instance key has on a license; not tracked, so that a decision made anew reads it anew. Whoever
    /// brings it up to date hands it to the context of the transaction.
    /// </summary>
    /// <returns>Null when it has none.</returns>
    public static Task<Activation?> FindActivationAsync(
        this EntitlementDbContext db, Guid accountId, Guid licenseId, byte[] thumbprint, CancellationToken cancellationToken) =>
        ActivationByKey(db, accountId, licenseId, thumbprint, cancellationToken);

    /// <summary>The devices of an activation, ordered by feature and id, not tracked.</summary>
    public static async Task<IReadOnlyList<ActivationDevice>> ListDevicesAsync(
        this EntitlementDbContext db, Guid accountId, Guid activationId, CancellationToken cancellationToken) =>
        await DevicesOfActivation(db, accountId, activationId).ToListAsync(cancellationToken);

    /// <returns>Null when no such request was answered.</returns>
    public static Task<AnsweredRequest?> FindAnsweredRequestAsync(
        this EntitlementDbContext db, byte[] thumbprint, Guid jti, CancellationToken cancellationToken) =>
        AnsweredByJti(db, thumbprint, jti, cancellationToken);

    /// <returns>Null when the activation has no file of this generation.</returns>
    public static Task<IssuedFile?> FindIssuedFileAsync(
        this EntitlementDbContext db, Guid accountId, Guid activationId, int generation, CancellationToken cancellationToken) =>
        FileByGeneration(db, accountId, activationId, generation, cancellationToken);
}
