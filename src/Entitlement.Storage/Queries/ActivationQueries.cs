using Entitlement.Domain.Activations;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Names;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Storage.Queries;

/// <summary>A license as its software license code leads to it.</summary>
/// <param name="License">The license, not tracked.</param>
/// <param name="ProductCode">Code of its product.</param>
/// <param name="ProductHasTrials">Whether its product has trial licenses.</param>
public sealed record LicenseOfCode(License License, string ProductCode, bool ProductHasTrials);

/// <summary>What handing in a license request reads.</summary>
public static class ActivationQueries
{
    /// <returns>Null when no license has this code.</returns>
    public static Task<LicenseOfCode?> FindLicenseAsync(
        this EntitlementDbContext db, Slc slc, CancellationToken cancellationToken) =>
        CompiledQueries.For(db).LicenseBySlc(db, slc, cancellationToken);

    /// <summary>The feature lines of a license in the order of their codes, not tracked.</summary>
    public static async Task<IReadOnlyList<FeatureLine>> ListFeaturesAsync(
        this EntitlementDbContext db, Guid accountId, Guid licenseId, CancellationToken cancellationToken) =>
        await CompiledQueries.For(db).FeaturesOfLicense(db, accountId, licenseId).ToListAsync(cancellationToken);

    /// <summary>
    /// The activation that an instance key has on a license; not tracked, so that a decision made anew reads it anew.
    /// Whoever brings it up to date hands it to the context of the transaction.
    /// </summary>
    /// <returns>Null when it has none.</returns>
    public static Task<Activation?> FindActivationAsync(
        this EntitlementDbContext db,
        Guid accountId,
        Guid licenseId,
        byte[] thumbprint,
        CancellationToken cancellationToken) =>
        CompiledQueries.For(db).ActivationByKey(db, accountId, licenseId, thumbprint, cancellationToken);

    /// <summary>By its whole name, so that a grant on one account reaches no other's; tracked as the context tracks.</summary>
    /// <returns>Null when there is no such activation.</returns>
    public static Task<Activation?> FindActivationAsync(
        this EntitlementDbContext db, ActivationName name, CancellationToken cancellationToken) =>
        db.Activations.SingleOrDefaultAsync(
            row => row.AccountId == name.AccountId && row.LicenseId == name.LicenseId && row.Id == name.ActivationId,
            cancellationToken);

    /// <summary>The devices of an activation, ordered by feature and id, not tracked.</summary>
    public static async Task<IReadOnlyList<ActivationDevice>> ListDevicesAsync(
        this EntitlementDbContext db, Guid accountId, Guid activationId, CancellationToken cancellationToken) =>
        await CompiledQueries.For(db).DevicesOfActivation(db, accountId, activationId).ToListAsync(cancellationToken);

    /// <returns>Null when no such request was answered.</returns>
    public static Task<AnsweredRequest?> FindAnsweredRequestAsync(
        this EntitlementDbContext db, byte[] thumbprint, Guid jti, CancellationToken cancellationToken) =>
        CompiledQueries.For(db).AnsweredByJti(db, thumbprint, jti, cancellationToken);

    /// <summary>Whether any request of an instance key was ever answered.</summary>
    public static Task<bool> WasAnsweredAsync(
        this EntitlementDbContext db, byte[] thumbprint, CancellationToken cancellationToken) =>
        CompiledQueries.For(db).AnyAnswered(db, thumbprint, cancellationToken);

    /// <summary>When one of an activation's license files was issued: the newest is the first.</summary>
    /// <returns>Null when it has not so many.</returns>
    public static Task<DateTimeOffset?> FindIssueTimeAsync(
        this EntitlementDbContext db,
        Guid accountId,
        Guid activationId,
        int nthNewest,
        CancellationToken cancellationToken) => db.IssuedFiles
        .Where(file => file.AccountId == accountId && file.ActivationId == activationId)
        .OrderByDescending(file => file.Generation)
        .Skip(nthNewest - 1)
        .Select(file => (DateTimeOffset?)file.IssueTime)
        .FirstOrDefaultAsync(cancellationToken);

    /// <returns>Null when the activation has no file of this generation.</returns>
    public static Task<IssuedFile?> FindIssuedFileAsync(
        this EntitlementDbContext db,
        Guid accountId,
        Guid activationId,
        int generation,
        CancellationToken cancellationToken) =>
        CompiledQueries.For(db).FileByGeneration(db, accountId, activationId, generation, cancellationToken);
}
